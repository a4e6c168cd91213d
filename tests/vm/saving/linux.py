# SPDX-License-Identifier: Apache-2.0
"""Linux on Unicorn, saved and restored over and over at random moments while its first process
computes checksums and reads clocks: each sum is right, and time never goes back.

    PYTHONPATH=src:tests:. python -m vm.saving.linux --kernel vmlinuz --busybox busybox --count 100

The kernel is a bzImage, busybox is a static one.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from lightexit import plugins
from lightexit.bus.clock import HostClock
from lightexit.vm.boot import BootModule, Payload
from lightexit.vm.console import Console
from lightexit.vm.machine import Machine, RunEnd, RunLimits
from lightexit.vm.memory import MIB
from lightexit.vm.pc import PcConfig, pc_machine
from vm.boot.cpio import DEVICE, FOLDER, PROGRAM, File, archive

_LINK = 0o120777
_APPLETS = ("sh", "mount", "seq", "sha256sum", "date")
#: So that it starts soon, and has no clock but the machine's.
COMMAND_LINE = (
    "console=ttyS0 quiet nokaslr panic=-1 mitigations=off cryptomgr.notests"
    " notsc tsc=unstable clocksource=acpi_pm"
)
_LINES = 3000
_INIT = f"""#!/bin/sh
mount -t proc proc /proc
seq 1 {_LINES} > /data
echo READY
count=0
while true; do
  sum=$(sha256sum /data)
  read up rest < /proc/uptime
  count=$((count + 1))
  echo "$count ${{up%.*}}${{up#*.}} $(date +%s) ${{sum%% *}} ."
done
"""
_SUM = hashlib.sha256("".join(f"{number}\n" for number in range(1, _LINES + 1)).encode())
_MEMORY, _BOOT_S, _LONGEST_S = 128 * MIB, 600, 0.4
_ENGINES = ("", "native", "native", "interpreter")


@dataclass
class Linux:
    """One guest, and what it has printed."""

    kernel: bytes
    busybox: bytes
    random: Random
    file: Path
    text: str = ""
    lines: int = 0
    last: list[int] = field(default_factory=lambda: [0, 0, 0])

    def machine(self, engine: str, serial: Console) -> Machine:
        """A new one."""
        links = (File(f"bin/{name}", _LINK, b"busybox") for name in _APPLETS)
        folders = (File(name, FOLDER) for name in ("dev", "proc", "bin"))
        disk = archive(
            *folders,
            File("dev/console", DEVICE, device=(5, 1)),
            File("bin/busybox", PROGRAM, self.busybox),
            *links,
            File("init", PROGRAM, _INIT.encode()),
        )
        payload = Payload(COMMAND_LINE, (BootModule(disk),))
        config = PcConfig(ram_bytes=_MEMORY, kernel=self.kernel, payload=payload)
        runner = plugins.make(plugins.ENGINES, engine) if engine else None
        return pc_machine(config, HostClock(), runner, serial=serial)

    def boot(self) -> None:
        """To where it begins to compute, and save it."""
        serial = Console()
        machine = self.machine("native", serial)
        machine.console = serial  # whose text is awaited
        outcome = machine.run(RunLimits(b"READY", seconds=_BOOT_S))
        assert outcome.reason is RunEnd.TEXT, (outcome, serial.text[-2000:])
        machine.save(self.file)

    def go_on(self) -> None:
        """Restore it, let it run for a moment, save it."""
        serial = Console()
        machine = self.machine(self.random.choice(_ENGINES), serial)
        machine.restore(self.file)
        outcome = machine.run(RunLimits(seconds=self.random.uniform(0, _LONGEST_S)))
        assert outcome.reason is RunEnd.TIME, outcome
        machine.save(self.file)
        self._look(serial.text)

    def _look(self, text: str) -> None:
        *whole, self.text = (self.text + text).split("\n")
        for line in whole:
            words = line.split()
            if len(words) != 5:
                assert not self.lines, f"unexpected: {line!r}"
                continue
            numbers = [int(word) for word in words[:3]]
            assert numbers[0] == self.last[0] + 1, line
            assert numbers[1] >= self.last[1], (self.last, line)
            assert numbers[2] >= self.last[2], (self.last, line)
            assert words[3] == _SUM.hexdigest(), line
            self.last, self.lines = numbers, self.lines + 1


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernel", type=Path, required=True)
    parser.add_argument("--busybox", type=Path, default=Path("/usr/bin/busybox"))
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kernel, busybox = given.kernel.read_bytes(), given.busybox.read_bytes()
        linux = Linux(kernel, busybox, Random(given.seed), Path(folder) / "saved")
        begun = time.monotonic()
        linux.boot()
        size = linux.file.stat().st_size
        print(f"booted in {time.monotonic() - begun:.0f} s, saved in {size:,} bytes", flush=True)
        for number in range(1, given.count + 1):
            linux.go_on()
            if number % 20 == 0 or number == given.count:
                seconds = time.monotonic() - begun
                print(f"{number} restores, {linux.lines} sums, {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
