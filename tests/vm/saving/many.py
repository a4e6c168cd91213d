# SPDX-License-Identifier: Apache-2.0
"""A guest saved and restored over and over at random moments: right result, time never back.

    PYTHONPATH=src:tests:. python -m vm.saving.many --count 1000 --seed 1

Each restore is into a new machine, on any back end and with any engine that this host has. One
whose CPU has not what Unicorn's has (XSAVE) is for `--backend kvm`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from guests.build import guest
from lightexit import plugins
from lightexit.bus.clock import HostClock
from lightexit.errors import LightexitError
from lightexit.vm.backends import find
from lightexit.vm.console import Console
from lightexit.vm.machine import Machine, RunEnd, RunLimits
from lightexit.vm.memory import MIB
from lightexit.vm.pc import PcConfig, pc_machine

#: What the guest prints, however often it was interrupted.
RESULT = "HBJKJDLOk"
_LONGEST_S, _STUCK_S, _MOST_ACCESSES = 0.02, 10, 40


@dataclass(frozen=True)
class Way:
    """Who runs the guest, and its filters ("" for models only)."""

    backend: str
    engine: str = ""

    def machine(self, console: Console) -> Machine:
        """A new one."""
        engine = plugins.make(plugins.ENGINES, self.engine) if self.engine else None
        config = PcConfig(guest("moments"), 2 * MIB)
        backend = find(self.backend)
        return pc_machine(config, HostClock(), engine, backend=backend, debug=console)

    def __str__(self) -> str:
        return f"{self.backend}/{self.engine or 'models'}"


ALL = tuple(
    Way(backend, engine)
    for backend in ("unicorn", "kvm")
    for engine in ("", "interpreter", "native", "kernel")
    if (backend, engine) != ("unicorn", "kernel")
)


def available(backend: str = "") -> list[Way]:
    """The ways that this host has, by one back end or any."""
    return [way for way in ALL if backend in ("", way.backend) and _is_there(way)]


def _is_there(way: Way) -> bool:
    try:
        way.machine(Console()).close()
    except LightexitError:
        return False
    return True


@dataclass
class Many:
    """Restores so far, by where they were from and to."""

    ways: Sequence[Way]
    random: Random
    file: Path
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)
    guests: int = 0

    def live(self, most: int) -> None:
        """One guest from its first instruction to its end, or `most` restores."""
        way, console, now_ns = self.random.choice(self.ways), Console(), 0
        machine = way.machine(console)
        for _ in range(most):
            with machine:
                outcome = machine.run(self._limits())
                assert machine.clock.now_ns() >= now_ns, f"time went back on {way}"
                now_ns = machine.clock.now_ns()
                if outcome.reason is RunEnd.HALTED:
                    assert console.text == RESULT, f"{console.text!r} on {way}"
                    self.guests += 1
                    return
                assert outcome.reason in (RunEnd.TIME, RunEnd.ACCESSES), outcome
                assert outcome.seconds < _STUCK_S, f"nothing happens on {way}: {outcome}"
                machine.save(self.file)
            there = self.random.choice(self.ways)
            machine = there.machine(console)
            machine.restore(self.file)
            self.seen[str(way), str(there)] += 1
            way = there
        machine.close()

    def _limits(self) -> RunLimits:
        if self.random.random() < 0.5:
            return RunLimits(seconds=self.random.uniform(0, _LONGEST_S))
        return RunLimits(seconds=2 * _STUCK_S, accesses=self.random.randrange(1, _MOST_ACCESSES))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--backend", default="", choices=("unicorn", "kvm"))
    given = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        many = Many(available(given.backend), Random(given.seed), Path(folder) / "saved")
        while (done := many.seen.total()) < given.count:
            many.live(given.count - done)
            done, seconds = many.seen.total(), time.monotonic() - begun
            print(f"{done} restores, {many.guests} guests to the end, {seconds:.0f} s", flush=True)
    for (here, there), count in sorted(many.seen.items()):
        print(f"{here} to {there}: {count}")


if __name__ == "__main__":
    main()
