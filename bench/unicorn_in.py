# SPDX-License-Identifier: Apache-2.0
"""ns per access of a Unicorn guest: trivial native hook, filters, C hooks, a Python model.

A guest polls counter 0 of the PIT, port 0x92, or the interrupt status of a virtio-mmio device, in
a loop of three instructions. The variants run in turns, forwards and backwards; medians count, of
times and of the ratios within a turn. The trivial hook is there twice: their ratio is the noise.
Goals: a filter at most 1.15 times a native hook that returns a constant, the Python model at least
15 times the filter. What a device's own arithmetic costs show the C hooks: gcc -O2,
one device each, with its clock and lock but without a bus, and nothing by which the guest could be
stopped.
"""

from __future__ import annotations

import ctypes
import platform
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from unicorn import UC_ARCH_X86, UC_HOOK_INSN, UC_MODE_32, UC_PROT_ALL, x86_const
from unicorn.unicorn_py3.unicorn import Uc, uclib

from bench._ratio import Ratio
from bench._turns import in_turns
from bench.filter_code import address_of, build_c
from lightexit.abi import Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import HostClock
from lightexit.bus.line import Line
from lightexit.devices.device import Device
from lightexit.devices.pit import Pit
from lightexit.devices.port92 import Port92
from lightexit.devices.virtio_mmio import VirtioBackend, VirtioMmio
from lightexit.devices.virtio_registers import VirtioReg
from lightexit.engine.api import Engine
from lightexit.engine.native import NativeEngine, compile_ir
from lightexit.errors import InternalError
from lightexit.vm import places
from lightexit.vm.memory import MIB, GuestMemory
from lightexit.vm.unicorn import UnicornCpu

# Short turns, so that most of them are not interrupted on a busy host.
ROUNDS = 151
#: Figures differ by up to 2 ns from process to process; why was not found out.
PROCESSES = 5
ACCESSES, MODEL_ACCESSES = 2_000, 20
MEMORY = GuestMemory(2 * MIB)
PIT, PORT92, STATUS = 0x40, 0x92, VirtioReg.INTERRUPT_STATUS
IN, LOAD = 0x1000, 0x1010
LOOPS = {
    IN: bytes.fromhex("ec 6649 75fb f4"),  # again: in al, dx; dec ecx; jnz again; hlt
    LOAD: bytes.fromhex("67668b03 6649 75f8 f4"),  # again: mov eax, [ebx]; dec ecx; jnz again; hlt
}
TRIVIAL_IR = """
define i32 @in(ptr %uc, i32 %port, i32 %size, ptr %user) { ret i32 32 }
define i64 @load(ptr %uc, i64 %offset, i32 %size, ptr %user) { ret i64 32 }
"""
#: What is compared with what; the most, or the least, that the ratio should be.
AGAINST: tuple[tuple[str, str, float | None, bool], ...] = (
    ("its twin", "trivial native hook", None, False),
    ("PIT filter", "trivial native hook", 1.15, False),
    ("port 0x92 filter", "trivial native hook", 1.15, False),
    ("PIT C hook", "trivial native hook", None, False),
    ("port 0x92 C hook", "trivial native hook", None, False),
    ("PIT filter", "PIT C hook", None, False),
    ("port 0x92 filter", "port 0x92 C hook", None, False),
    ("virtio filter", "trivial native callback", 1.15, False),
    ("virtio C callback", "trivial native callback", None, False),
    ("virtio filter", "virtio C callback", None, False),
    ("PIT model in Python", "PIT filter", 15, True),
)


@dataclass
class Variant:
    """A guest that makes so many accesses when started."""

    name: str
    uc: Any
    accesses: int = ACCESSES
    address: int = PIT
    loop: int = IN

    def prepare(self) -> None:
        """Real mode, code in segment 0."""
        for address, code in LOOPS.items():
            self.uc.mem_write(address, code)
        self.uc.reg_write(x86_const.UC_X86_REG_CR0, 0x10)
        self.uc.reg_write(x86_const.UC_X86_REG_CS, 0)
        self.run(10)

    def run(self, accesses: int) -> int:
        """ns that `accesses` took, start and end included."""
        for register in (x86_const.UC_X86_REG_EDX, x86_const.UC_X86_REG_EBX):
            self.uc.reg_write(register, self.address)
        self.uc.reg_write(x86_const.UC_X86_REG_ECX, accesses)
        begun = time.perf_counter_ns()
        self.uc.emu_start(self.loop, (1 << 64) - 1)
        taken = time.perf_counter_ns() - begun
        assert self.uc.reg_read(x86_const.UC_X86_REG_ECX) == 0
        return taken

    def ns_per_access(self) -> float:
        """Time of an access, less what starting and ending takes."""
        return (self.run(self.accesses) - self.run(1)) / (self.accesses - 1)


def bare(in_hook: int = 0, on_load: int = 0, user: int = 0) -> Any:
    """Nothing but Unicorn and the same memory, with one IN hook, and a callback for loads where no
    memory is (0: none)."""
    uc: Any = Uc(UC_ARCH_X86, UC_MODE_32)
    for slot in MEMORY.slots:
        uc.mem_map_ptr(slot.address, slot.size, UC_PROT_ALL, slot.host_address)
    if in_hook:
        add_hook(uc, UC_HOOK_INSN, in_hook, user, x86_const.UC_X86_INS_IN)
    for hole in MEMORY.apertures if on_load else ():
        place = ctypes.c_uint64(hole.start), ctypes.c_size_t(len(hole))
        load = ctypes.c_void_p(on_load), ctypes.c_void_p(user)
        uclib.uc_mmio_map(uc._uch, *place, *load, None, None)
    return uc


def add_hook(uc: Any, kind: int, function: int, user: int, *instruction: int) -> None:
    """A native one, for all addresses."""
    everywhere = ctypes.c_uint64(1), ctypes.c_uint64(0)
    wanted = (kind, ctypes.c_void_p(function), ctypes.c_void_p(user), *everywhere)
    handle = ctypes.byref(ctypes.c_size_t())
    uclib.uc_hook_add(uc._uch, handle, *wanted, *map(ctypes.c_int, instruction))


class Whole:
    """The whole way: our CPU, bus and devices, on host time."""

    def __init__(self, engine: Engine | None) -> None:
        self.clock = HostClock()
        self.bus = Bus(self.clock, engine)
        self.pit, self.port92 = Pit(self.clock, Line()), Port92(self.clock, Line(), Line())
        self.virtio = VirtioMmio(self.clock, Line(), VirtioBackend(device_id=1))
        for device in (self.pit, self.port92, self.virtio):
            self.bus.attach(device, at=places.PC[device.name])
        for port, value in ((0x43, 0x34), (PIT, 0x00), (PIT, 0x00)):
            self.bus.write(Space.PIO, port, value, 1)
        # The first read finds the count not loaded yet: the model's business.
        self.bus.read(Space.PIO, PIT, 1)
        self.uc = UnicornCpu(MEMORY, self.bus.cpus[0]).uc

    def check(self) -> None:
        """The filters answered everything, if there is an engine."""
        reads = [count for count in self.bus.counts() if not count.is_write]
        if self.bus.engine is not None and sum(count.passed for count in reads) > 1:
            raise InternalError("not every access was answered by a filter")


class CHooks:
    """One device each."""

    def __init__(self) -> None:
        (self._library,) = build_c(Path(__file__).with_suffix(".c"))
        self._whole = Whole(None)
        self._places: list[Any] = []

    def variants(self) -> list[Variant]:
        """A guest for each."""

        def hooked(device: Device[Any], **hook: str) -> Any:
            addresses = {kind: self._address(name) for kind, name in hook.items()}
            return bare(**addresses, user=self._place(device))

        pit = hooked(self._whole.pit, in_hook="pit_in")
        port92 = hooked(self._whole.port92, in_hook="port92_in")
        virtio = hooked(self._whole.virtio, on_load="virtio_read")
        return [
            Variant("PIT C hook", pit),
            Variant("port 0x92 C hook", port92, address=PORT92),
            Variant("virtio C callback", virtio, address=places.VIRTIO_MMIO + STATUS, loop=LOAD),
        ]

    def _place(self, device: Device[Any]) -> int:
        place = (ctypes.c_uint64 * 3)(self._whole.clock.memory.address, device.memory.address)
        self._places.append(place)
        return ctypes.addressof(place)

    def _address(self, name: str) -> int:
        return address_of(self._library, name)

    def check(self) -> None:
        """They passed nothing on."""
        if any(place[2] for place in self._places):
            raise InternalError("not every access was answered by a C hook")


Times = dict[str, list[float]]


def measure() -> Times:
    """ns per access of each variant, in every turn."""
    code, same = compile_ir(TRIVIAL_IR), compile_ir(TRIVIAL_IR)
    status = {"address": places.VIRTIO_MMIO + STATUS, "loop": LOAD}
    # One loop an engine: with each block that Unicorn has translated, an access takes longer.
    filtered, in_memory, modelled = Whole(NativeEngine()), Whole(NativeEngine()), Whole(None)
    variants = [
        Variant("no hook", bare()),
        Variant("trivial native hook", bare(code.address("in"))),
        Variant("its twin", bare(same.address("in"))),
        Variant("PIT filter", filtered.uc),
        Variant("port 0x92 filter", filtered.uc, address=PORT92),
        Variant("PIT model in Python", modelled.uc, MODEL_ACCESSES),
        Variant("trivial native callback", bare(0, code.address("load")), **status),
        Variant("virtio filter", in_memory.uc, **status),
    ]
    c_hooks = CHooks() if shutil.which("gcc") and platform.machine() == "x86_64" else None
    variants += c_hooks.variants() if c_hooks else []
    for variant in variants:
        variant.prepare()
    turns = in_turns(ROUNDS, [variant.ns_per_access for variant in variants])
    for each in (filtered, in_memory, modelled, c_hooks):
        if each is not None:
            each.check()
    return {v.name: list(t) for v, t in zip(variants, zip(*turns, strict=True), strict=True)}


def compare(times: Times) -> list[Ratio]:
    """One variant with another, where both were measured."""
    return [
        Ratio("Unicorn", f"{mine} / {other}", ratio(times, mine, other), goal, at_least)
        for mine, other, goal, at_least in AGAINST
        if mine in times and other in times
    ]


def ratio(times: Times, mine: str, other: str) -> float:
    """The median of the ratios within a turn."""
    return median(a / b for a, b in zip(times[mine], times[other], strict=True))


def ratios() -> list[Ratio]:
    """For docs/."""
    return compare(measure())


def main() -> None:
    times = measure()
    for name, each in times.items():
        quartile = sorted(each)[len(each) // 4]
        print(f"  {name:40}{median(each):9.1f} ns   (lower quartile {quartile:.1f})")
    for found in compare(times):
        print(f"  {found.name:40}{found.value:9.2f}      {found.wanted}")


if __name__ == "__main__":
    main()
