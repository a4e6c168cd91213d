# SPDX-License-Identifier: Apache-2.0
"""ns per `in` of a Unicorn guest: no hook, trivial native hook, PIT filter, PIT model in Python.

A guest polls counter 0 of the PIT in a loop of three instructions. The variants run in turns;
medians count, of times and of the ratios within a turn. Goals: the filter at most 1.15 times the
trivial native hook, the Python model at least 15 times the filter. Port 0x92 shows what is the
dispatch's share: its filter reads a byte, and needs neither clock nor lock.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

from unicorn import UC_ARCH_X86, UC_HOOK_INSN, UC_MODE_32, x86_const
from unicorn.unicorn_py3.unicorn import Uc, uclib

from bench._ratio import Ratio
from lightexit.abi import Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import HostClock
from lightexit.bus.line import Line
from lightexit.devices.pit import Pit
from lightexit.devices.port92 import Port92
from lightexit.engine.api import Engine
from lightexit.engine.native import NativeEngine, compile_ir
from lightexit.vm.memory import MIB, GuestMemory
from lightexit.vm.unicorn import UnicornCpu

# Short turns, so that most of them are not interrupted on a busy host.
ROUNDS = 301
ACCESSES, MODEL_ACCESSES = 2_000, 20
SIZE = 64 << 10
CODE = 0x1000
# again: in al, dx; dec ecx; jnz again; hlt
LOOP = bytes.fromhex("ec 6649 75fb f4")
TRIVIAL = "define i32 @answer(ptr %uc, i32 %port, i32 %size, ptr %user) { ret i32 32 }"


@dataclass
class Variant:
    """A guest that executes so many `in` when started."""

    name: str
    uc: Any
    accesses: int = ACCESSES
    port: int = 0x40

    def prepare(self) -> None:
        """Real mode, code at 0000:1000."""
        self.uc.mem_write(CODE, LOOP)
        self.uc.reg_write(x86_const.UC_X86_REG_CR0, 0x10)
        self.uc.reg_write(x86_const.UC_X86_REG_CS, 0)
        self.run(10)

    def run(self, accesses: int) -> int:
        """ns that `accesses` took, start and end included."""
        self.uc.reg_write(x86_const.UC_X86_REG_DX, self.port)
        self.uc.reg_write(x86_const.UC_X86_REG_ECX, accesses)
        begun = time.perf_counter_ns()
        self.uc.emu_start(CODE, (1 << 64) - 1)
        taken = time.perf_counter_ns() - begun
        assert self.uc.reg_read(x86_const.UC_X86_REG_ECX) == 0
        return taken

    def ns_per_access(self) -> float:
        """Time of an access, less what starting and ending takes."""
        return (self.run(self.accesses) - self.run(1)) / (self.accesses - 1)


def bare(hook: int) -> Any:
    """Nothing but Unicorn, with one IN hook (0: none)."""
    uc: Any = Uc(UC_ARCH_X86, UC_MODE_32)
    uc.mem_map(0, SIZE)
    if hook:
        handle, everywhere = ctypes.c_size_t(), (ctypes.c_uint64(1), ctypes.c_uint64(0))
        wanted = (UC_HOOK_INSN, ctypes.c_void_p(hook), None, *everywhere)
        instruction = ctypes.c_int(x86_const.UC_X86_INS_IN)
        uclib.uc_hook_add(uc._uch, ctypes.byref(handle), *wanted, instruction)
    return uc


def whole(engine: Engine | None) -> tuple[Any, Callable[[], None]]:
    """The whole way: our CPU, bus and PIT, on host time; and a check of who answered."""
    clock = HostClock()
    bus = Bus(clock, engine)
    bus.attach(Pit(clock, Line()))
    bus.attach(Port92(clock, Line(), Line()))
    for port, value in ((0x43, 0x34), (0x40, 0x00), (0x40, 0x00)):
        bus.write(Space.PIO, port, value, 1)
    cpu = UnicornCpu(GuestMemory(2 * MIB), bus.cpus[0])

    def check() -> None:
        reads = next(c for c in bus.counts() if c.device == Pit.name and not c.is_write)
        # The first read finds the count not loaded yet: the model's business.
        assert reads.passed == (1 if engine else reads.accesses), reads

    return cpu, check


def measure() -> tuple[tuple[Variant, ...], list[list[float]]]:
    """The variants, and ns per access of each in every turn."""
    code = compile_ir(TRIVIAL)
    (filtered, check_filtered), (modelled, check_modelled) = whole(NativeEngine()), whole(None)
    variants = (
        Variant("no hook", bare(0)),
        Variant("trivial native hook", bare(code.address("answer"))),
        Variant("PIT filter", filtered.uc),
        Variant("PIT model in Python", modelled.uc, MODEL_ACCESSES),
        Variant("port 0x92 filter", filtered.uc, port=0x92),
    )
    for variant in variants:
        variant.prepare()
    rounds = [[variant.ns_per_access() for variant in variants] for _ in range(ROUNDS)]
    check_filtered()
    check_modelled()
    return variants, rounds


def ratios() -> list[Ratio]:
    """For docs/."""
    _, rounds = measure()
    against = [
        ("PIT filter / trivial native hook", 2, 1, 1.15),
        ("port 0x92 filter / trivial native hook", 4, 1, 1.15),
        ("PIT model in Python / PIT filter", 3, 2, None),
    ]
    return [
        Ratio("Unicorn", name, median(turn[mine] / turn[other] for turn in rounds), goal)
        for name, mine, other, goal in against
    ]


def main() -> None:
    variants, rounds = measure()
    for variant, times in zip(variants, zip(*rounds, strict=True), strict=True):
        quartile = sorted(times)[len(times) // 4]
        print(f"{variant.name:24} {median(times):9.1f} ns   (lower quartile {quartile:.1f})")
    ratio = median(turn[2] / turn[1] for turn in rounds)
    print(f"filter / trivial hook    {ratio:9.2f}      goal: at most 1.15")
    ratio = median(turn[3] / turn[2] for turn in rounds)
    print(f"model / filter           {ratio:9.1f}      goal: at least 15")


if __name__ == "__main__":
    main()
