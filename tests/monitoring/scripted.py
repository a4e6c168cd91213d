# SPDX-License-Identifier: Apache-2.0
"""Counts that a test makes up, and an exporter of them in a process of its own:

python -m monitoring.scripted HOST:PORT [VMS [REGISTERS]]
"""

from __future__ import annotations

import sys
import time

from lightexit.abi import Space
from lightexit.trace.access import (
    AccessCount,
    AccessKey,
    Answer,
    ApicKey,
    Counts,
    LineCount,
    LineKey,
    Lost,
)
from lightexit.trace.metrics import ListenAddress, Metrics, MetricsServer, serve
from lightexit.trace.names import RegisterName
from lightexit.trace.vms import Vm, Vms

PM_TIMER, FIRST_PORT = 0x608, 0x2000
EOI = 0xB0


class FakeVms(Vms):
    """VMs of processes that a test makes up, and takes away."""

    def __init__(self, there: dict[int, Vm]) -> None:
        super().__init__(find=there.get)
        self._there = there

    def has_ended(self, pid: int) -> bool:
        return pid not in self._there


def name_of(vm: Vm | None, space: Space, address: int, is_write: bool) -> RegisterName:
    """The PM timer has a name, as have all MSRs and nothing else."""
    if space is Space.PIO and address == PM_TIMER:
        return RegisterName("pm", "PM_TMR")
    return RegisterName("msr", f"MSR_{address:X}") if space is Space.MSR else RegisterName()


def key(
    pid: int, address: int, space: Space = Space.PIO, answer: Answer = Answer.USER
) -> AccessKey:
    return AccessKey(pid, pid, space, address, 4, False, answer)


class Script:
    """A host whose VMs do what a test says: `Metrics` are told by `tell`."""

    def __init__(self, period_s: float = 10.0) -> None:
        self.vms = {7: Vm(7, "win10", "qemu")}
        self.accesses: dict[AccessKey, AccessCount] = {}
        self.apic: dict[ApicKey, int] = {}
        self.lines: dict[LineKey, LineCount] = {}
        self.lost = Lost()
        self.now_s = 0.0
        self.metrics = Metrics(FakeVms(self.vms), name_of, period_s=period_s)
        self.tell()

    def access(self, key: AccessKey, times: int = 1, ns_each: int = 20_000) -> None:
        old = self.accesses.get(key, AccessCount(0))
        timed = times if key.answer is Answer.USER else 0
        self.accesses[key] = AccessCount(
            old.accesses + times, old.timed + timed, old.time_ns + timed * ns_each
        )

    def tell(self, after_s: float = 0.0) -> None:
        self.now_s += after_s
        self.metrics.update(
            Counts(
                int(self.now_s * 1e9),
                dict(self.accesses),
                dict(self.apic),
                dict(self.lines),
                self.lost,
            )
        )

    def make_busy(self, *keys: AccessKey) -> None:
        """Two periods with many accesses of each."""
        for _ in range(2):
            for each in keys:
                self.access(each, 1000)
            self.tell(after_s=10)


class Steady:
    """A source whose VMs each read the PM timer a thousand times a second, and other registers
    half as often.
    """

    def __init__(self, vms: int, registers: int) -> None:
        self._vms, self._registers = vms, registers
        self._began = time.monotonic_ns()

    def read(self) -> Counts:
        now = time.monotonic_ns()
        times = (now - self._began) // 1_000_000
        half = times // 2
        accesses = {
            key(pid, n, Space.MSR): AccessCount(half, half, half * 20_000)
            for pid in range(1, self._vms + 1)
            for n in range(1, self._registers)
        }
        for pid in range(1, self._vms + 1):
            accesses[key(pid, PM_TIMER)] = AccessCount(times, times, times * 20_000)
        apic = {ApicKey(pid, pid, EOI, True): times for pid in range(1, self._vms + 1)}
        lines = {LineKey(pid, 0): LineCount(times, times) for pid in range(1, self._vms + 1)}
        return Counts(now, accesses, apic, lines, Lost(recursive=3, no_room=4))

    def close(self) -> None:
        """Nothing is attached."""


def main(where: str, vms: str = "2", registers: str = "3") -> None:
    count = int(vms)
    seen = {pid: Vm(pid, f"vm-{pid}", "qemu") for pid in range(1, count + 1)}
    server = MetricsServer(ListenAddress.parse(where))
    print(server.address, flush=True)
    metrics = Metrics(FakeVms(seen), name_of, period_s=0.2)
    serve(server, lambda: Steady(count, int(registers)), metrics, interval_s=0.1)


if __name__ == "__main__":
    main(*sys.argv[1:])
