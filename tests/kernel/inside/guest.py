# SPDX-License-Identifier: Apache-2.0
"""A stock Linux kernel as a machine's guest: who answers its accesses, and is its clock right?

python -m kernel.inside.guest KERNEL INITRD SECONDS     (in the rig; see kernel/guest.py)
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lightexit.abi import Space
from lightexit.bus.clock import HostClock
from lightexit.engine.api import Engine
from lightexit.engine.kernel import KernelEngine
from lightexit.engine.native import NativeEngine
from lightexit.vm.boot import BootModule, Payload
from lightexit.vm.console import Console
from lightexit.vm.kvm.backend import KvmBackend
from lightexit.vm.machine import Machine, RunEnd, RunLimits
from lightexit.vm.memory import MIB
from lightexit.vm.pc import PcConfig, pc_machine

#: The PM timer is to be the clock; what takes long in emulation and meets no device is left out.
COMMAND_LINE = (
    "console=ttyS0 quiet panic=-1 tsc=unstable clocksource=acpi_pm"
    " mitigations=off cryptomgr.notests SECONDS="
)
RAM_MIB = 96
PM = "pm"
MOST_SECONDS = 300


@dataclass(frozen=True)
class Setting:
    """Who answers a guest's accesses."""

    name: str
    engine: Callable[[], Engine | None]


SETTINGS = (
    Setting("filters in the kernel", KernelEngine),
    Setting("filters in user space", NativeEngine),
    Setting("no filters", lambda: None),
)


@dataclass(frozen=True)
class Moment:
    """The host's clock and the machine's, in ns."""

    host_ns: int
    vm_ns: int


def moment(machine: Machine) -> Moment:
    """This one: the machine's clock is read first, as the guest has read its own before."""
    vm_ns = machine.clock.now_ns()
    return Moment(time.monotonic_ns(), vm_ns)


@dataclass(frozen=True)
class Tally:
    """Accesses up to a moment, by device: those that the kernel has answered, and exits, those
    that have come to user space."""

    host_ns: int
    in_kernel: Counter[str]
    exits: Counter[str]


def tally(machine: Machine) -> Tally:
    """So far."""
    found = Tally(time.monotonic_ns(), Counter(), Counter())
    for region in machine.bus.offloaded():
        found.in_kernel[region.device] += region.handled
    for register in machine.bus.counts():
        found.exits[register.device] += register.accesses
    for place in machine.bus.unclaimed():
        name = f"port {place.address:#x}" if place.space is Space.PIO else "memory"
        found.exits[f"nobody, {name}"] += place.accesses
    return found


@dataclass(frozen=True)
class Story:
    """What the guest has said, the moments of each `@` in it, before its clock's time, and the
    tallies of each `#`: as its first process begins, before and after the polling; and at last."""

    text: str
    unix_seconds: int
    begun: Moment
    moments: Sequence[Moment]
    tallies: Sequence[Tally]

    def said(self, word: str) -> str:
        """What the guest has said of something."""
        found = re.search(rf"{word} (.*)\n", self.text)
        return found[1] if found else ""

    @property
    def stamps(self) -> list[tuple[int, Moment]]:
        """The guest's clock in ns, and when it showed that."""
        guest = [int(number) for number in re.findall(r"@(\d+)\n", self.text)]
        return list(zip(guest, self.moments, strict=True))


def boot(setting: Setting, kernel: bytes, initrd: bytes, seconds: int) -> Story | None:
    """Run the guest to its end; None, and all that is known of it printed, if it has none."""
    moments: list[Moment] = []
    tallies: list[Tally] = []

    def hear(data: bytes) -> None:
        if data == b"@":
            moments.append(moment(machine))
        elif data == b"#":
            tallies.append(tally(machine))

    unix_seconds = int(time.time())
    payload = Payload(f"{COMMAND_LINE}{seconds}", (BootModule(initrd),))
    config = PcConfig(b"", RAM_MIB * MIB, unix_seconds, kernel, payload)
    console, serial = Console(hear), Console()
    with pc_machine(
        config,
        HostClock(),
        setting.engine(),
        backend=KvmBackend(),
        debug=console,
        serial=serial,
    ) as machine:
        begun = moment(machine)
        outcome = machine.run(RunLimits(seconds=MOST_SECONDS))
        if outcome.reason is RunEnd.EXIT:
            tallies.append(tally(machine))
            return Story(console.text, unix_seconds, begun, moments, tallies)
        print(f"{setting.name}: {outcome.reason.value}, at {machine.cpu.where()}")
        print(f"{serial.text}{console.text}\n")
        return None


def drift_ppm(stamps: Sequence[tuple[int, int]]) -> str:
    """How much faster one clock runs than another, from pairs of both at the beginning and as
    many at the end: by the least delay of each half. It can be wrong by what the best quarter
    of delays differ."""
    half = len(stamps) // 2
    elapsed = stamps[-1][1] - stamps[0][1]
    first, last = (
        sorted(other - clock for clock, other in part) for part in (stamps[:half], stamps[half:])
    )
    spread = sum(delays[half // 4] - delays[0] for delays in (first, last))
    return f"{1e6 * (first[0] - last[0]) / elapsed:+.1f} ± {1e6 * spread / elapsed:.1f}"


def date_error(story: Story) -> float:
    """The guest's date less that of a real-time clock that was right at the beginning, in s."""
    passed_ns = story.moments[0].host_ns - story.begun.host_ns
    return int(story.said("date")) / 1e9 - story.unix_seconds - passed_ns / 1e9


def ahead_ms(story: Story) -> float:
    """How far VM time has come since the beginning, less how far the host's has."""
    first, last = story.begun, story.moments[-1]
    return (last.vm_ns - first.vm_ns - (last.host_ns - first.host_ns)) / 1e6


def rows(story: Story) -> list[tuple[str, str]]:
    """What there is to say of a run: up to the first process, and of its polling of the clock."""
    ready, begin, end, _ = story.tallies
    in_kernel, exits = end.in_kernel - begin.in_kernel, end.exits - begin.exits
    seconds = (end.host_ns - begin.host_ns) / 1e9
    guest = [(guest, moment.host_ns) for guest, moment in story.stamps]
    machine = [(moment.vm_ns, moment.host_ns) for _, moment in story.stamps]
    return [
        ("boot: seconds", f"{(ready.host_ns - story.begun.host_ns) / 1e9:.1f}"),
        ("boot: accesses answered in the kernel", f"{ready.in_kernel.total()}"),
        ("boot: exits to user space", f"{ready.exits.total()}"),
        ("clock source", story.said("clocksource")),
        ("guest's date less the right one, s", f"{date_error(story):+.2f}"),
        ("polling: seconds", f"{seconds:.2f}"),
        ("polling: reads of the clock", story.said("reads")),
        ("polling: times that it went backwards", story.said("backwards")),
        ("polling: PM timer, answered in the kernel", f"{in_kernel[PM]}"),
        ("polling: PM timer, exits", f"{exits[PM]}"),
        ("polling: other devices, answered in the kernel", f"{in_kernel.total() - in_kernel[PM]}"),
        ("polling: other devices, exits", f"{exits.total() - exits[PM]}"),
        ("polling: exits a second", f"{exits.total() / seconds:.0f}"),
        ("guest's clock against the host's, ppm", drift_ppm(guest)),
        ("VM time against the host's, ppm", drift_ppm(machine)),
        ("VM time less the host's at the end, ms", f"{ahead_ms(story):+.1f}"),
    ]


def by_device(stories: Sequence[Story]) -> Iterator[tuple[str, ...]]:
    """Accesses of whole runs: in the kernel, where there are any, and exits."""
    ends = [story.tallies[-1] for story in stories]
    devices = sorted(set[str]().union(*(end.exits | end.in_kernel for end in ends)))
    for device in devices:
        yield (device, *(f"{end.in_kernel[device]} + {end.exits[device]}" for end in ends))


def print_table(title: str, names: Collection[str], table: Iterable[Sequence[str]]) -> None:
    """In Markdown."""
    for row in ([title, *names], ["---", *("---:" for _ in names)], *table):
        print("|", *(f" {cell} |" for cell in row), sep="")
    print()


def main() -> int:
    """Run the guest in every setting and print tables."""
    kernel, initrd = Path(sys.argv[1]).read_bytes(), Path(sys.argv[2]).read_bytes()
    runs = [(setting.name, boot(setting, kernel, initrd, int(sys.argv[3]))) for setting in SETTINGS]
    ended = {name: story for name, story in runs if story is not None}
    lines = zip(*map(rows, ended.values()), strict=True)
    print_table("", ended, ([line[0][0], *(value for _, value in line)] for line in lines))
    print_table("answered in the kernel + exits", ended, by_device([*ended.values()]))
    return 0 if len(ended) == len(runs) else 1


if __name__ == "__main__":
    sys.exit(main())
