# SPDX-License-Identifier: Apache-2.0
"""Every device's filter: its machine code against gcc -O2 of the same in C, and the kernel's JIT.

Each C function is first checked to give the verdict, context and state that the filter gives,
on random contexts and states. Then each is called from loops of its own, in turns, as
`bench/_sides.py` tells: with the filter before gcc's code, and after it. gcc's code is there twice,
in two pages: the ratio of these two is what a ratio near 1 may be off.
The kernel runs the same bytecode in a loop in bytecode, less what a run of nothing takes; loop and
call are part of every figure. It is loaded with all rights, without masks for speculation: Linux
does not mask in such a loop.
Goals: in either order at most 1.05 times gcc -O2, and not slower than the kernel.
"""

from __future__ import annotations

import ctypes
import mmap
import shutil
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, get_type_hints

from bench._ratio import Ratio
from bench._sides import NOW, TIME_STEP, Side, in_turns, lower_quartile
from bench.lines import filters
from lightexit.abi import IoContext, StateMemory, Struct
from lightexit.abi.header import c_struct, header
from lightexit.abi.struct import Array, size_of
from lightexit.engine.kernel.bpf import ArrayMap, Descriptor, Refused, load_program, test_run
from lightexit.engine.native import NativeEngine
from lightexit.errors import HostError, InternalError
from lightexit.filter import Filter, Verdict
from lightexit.isa import assemble

KERNEL_CALLS, TURNS, CHECKS = 500, 60, 3_000
#: Where the system puts pages differs from process to process.
PROCESSES = 5
SOURCE = Path(__file__).with_suffix(".c")
INCLUDE = SOURCE.parents[1] / "kernel" / "uapi"
CALL_SLOT = 6
KERNEL_LOOP = f"""
    r6 = r1
    r7 = 0
again:
    r1 = r7
    r1 *= {TIME_STEP}
    *(u64 *)(r6 + {NOW}) = r1
    r1 = r6
    r0 = 0
    r7 += 1
    if r7 < {KERNEL_CALLS} goto again
    r0 = 0
    exit
"""
RUN = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p, ctypes.c_void_p)


@dataclass(frozen=True)
class Timed:
    """The access that is timed, and what the first state's fields are to be for it."""

    offset: int = 0
    size: int = 1
    is_write: bool = False
    data: int = 0
    fields: dict[str, int] = field(default_factory=dict)


#: By filter; offsets that random accesses go to are those near it.
PATHS = {
    "debugcon.read_presence": Timed(),
    "fw_cfg.read_data": Timed(1, fields={"end": 16_384}),
    "hpet.read_counter": Timed(0xF0, 8, fields={"config": 1}),
    "i440fx.access_configuration": Timed(4, 4, fields={"data": 0x7000_8086}),
    "ioapic.access_redirections": Timed(
        0x10, 4, is_write=True, data=0x1_0000, fields={"select": 0x10}
    ),
    "pic.read_mask_or_end": Timed(1, is_write=True, data=0xFE),
    "pit.read_or_latch": Timed(0),
    "pmtimer.read_timer": Timed(8, 4),
    "port61.read_control_b": Timed(0),
    "port92.read_control": Timed(0),
    "ps2.read_status": Timed(4),
    "rtc.access_cmos": Timed(1),
    "uart.read_status": Timed(5),
    "virtio_mmio.notify": Timed(0x50, 4, is_write=True, fields={"status": 4}),
    "virtio_mmio.read_interrupts": Timed(0x60, 4),
    "virtio_mmio.acknowledge": Timed(0x64, 4, is_write=True, data=3),
}


class Access:
    """An access, and states of its own."""

    def __init__(self, kinds: Sequence[type[Struct]]) -> None:
        self.context = IoContext()
        self.memories: list[StateMemory[Any]] = [StateMemory(kind) for kind in kinds]
        self._keep = (ctypes.c_char * IoContext.layout.size).from_buffer(self.context.buffer)
        self._values = (ctypes.c_void_p * len(kinds))(*(each.address for each in self.memories))
        self.arguments = (ctypes.addressof(self._keep), ctypes.addressof(self._values))

    def outcome(self, function: int) -> tuple[int, bytes, list[bytes]]:
        """Call once: verdict, context, states."""
        verdict = RUN(function)(*self.arguments)
        return verdict, bytes(self.context), [bytes(each.state) for each in self.memories]

    def prepare(self, path: Timed) -> None:
        """States as at power-on but for what the path needs; the PIT counts, queues are ready."""
        for memory in self.memories:
            memory.state.reset()
            if hasattr(memory.state, "counters"):
                for counter in memory.state.counters:
                    counter.control, counter.loaded, counter.running = 0x34, True, True
            if hasattr(memory.state, "queues"):
                for queue in memory.state.queues:
                    queue.ready = True
        for name, value in path.fields.items():
            setattr(self.memories[0].state, name, value)
        self.context.offset, self.context.size = path.offset, path.size
        self.context.is_write, self.context.data = path.is_write, path.data

    def scramble(self, path: Timed, random: Random) -> None:
        """Any access to any state, more often than not one that is handled."""
        self.prepare(path)
        for memory in self.memories:
            scramble(memory.state, random)
        context = self.context
        if random.random() < 0.6:
            context.offset = random.choice((path.offset ^ random.randrange(8), random.randrange(8)))
        context.is_write = random.random() < (0.7 if path.is_write else 0.3)
        context.size = random.choice((1, 2, 4, 8, path.size, path.size))
        context.data = random.getrandbits(random.randrange(1, 9)) if context.is_write else 0
        context.now_ns = random.getrandbits(random.randrange(1, 65))


def scramble(state: Struct, random: Random) -> None:
    """Change some fields, more or less; what is divided by stays above 0."""
    for each in state.layout.fields:
        value = getattr(state, each.name)
        if isinstance(value, Struct):
            scramble(value, random)
        elif isinstance(value, Array):
            scramble_array(value, random)
        elif isinstance(value, bool):
            setattr(state, each.name, random.random() < 0.5)
        elif random.random() < 0.6:
            bits = random.randrange(1, 8 * size_of(each.type) + 1)
            setattr(state, each.name, max(random.getrandbits(bits), each.name == "reload"))


def scramble_array(array: Array[Any], random: Random) -> None:
    """All structs; of numbers, some."""
    if isinstance(array[0], Struct):
        for element in array:
            scramble(element, random)
        return
    for _ in range(16):
        array[random.randrange(len(array))] = random.getrandbits(8)


@dataclass
class Twins:
    """A filter, and the same in C."""

    name: str
    filter: Filter[Any]
    kinds: list[type[Struct]]
    native: Any
    c_addresses: tuple[int, ...] = ()

    @property
    def symbol(self) -> str:
        """The C function."""
        return self.name.replace(".", "_")

    def check(self) -> None:
        """Both do the same, whatever the state, and handle what is timed."""
        path = PATHS[self.name]
        handled = 0
        for seed in range(CHECKS):
            pair = Access(self.kinds), Access(self.kinds)
            for each in pair:
                each.scramble(path, Random(seed))
            ours, theirs = (
                pair[0].outcome(self.native.address),
                pair[1].outcome(self.c_addresses[0]),
            )
            if ours != theirs:
                raise InternalError(f"{self.symbol} and its C twin differ on seed {seed}")
            handled += ours[0]
        timed = Access(self.kinds)
        timed.prepare(path)
        if timed.outcome(self.native.address)[0] != Verdict.HANDLED or not handled:
            raise InternalError(f"{self.symbol} does not handle what is to be timed")


def twins() -> list[Twins]:
    """Every device's filter."""
    engine = NativeEngine()
    found = []
    for each in filters():
        device = each.function.__module__.rpartition(".")[2]
        name = f"{device}.{each.name}"
        found.append(Twins(name, each, kinds_of(each), engine.load(each.program)))
    return found


def kinds_of(filter: Filter[Any]) -> list[type[Struct]]:
    """The states that a filter works on."""
    hints = get_type_hints(filter.function).items()
    return [kind for name, kind in hints if name not in ("ctx", "return")]


def build_c(*more: Path, copies: int = 1) -> list[Any]:
    """The C functions, compiled, with those of other sources behind them; in so many copies.

    Each function starts a page, as machine code of the native engine does.
    """
    structs = dict.fromkeys(kind for each in filters() for kind in kinds_of(each))
    texts = [header(), c_struct(*structs), *(each.read_text() for each in (SOURCE, *more))]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "filters.c")
        source.write_text("\n".join(texts))
        libraries = [Path(folder, f"filters{number}.so") for number in range(copies)]
        flags = [
            "-O2",
            f"-falign-functions={mmap.PAGESIZE}",
            "-fPIC",
            "-shared",
            "-Wall",
            "-fno-strict-aliasing",
            "-I",
            str(INCLUDE),
        ]
        subprocess.run(["gcc", *flags, "-o", str(libraries[0]), str(source)], check=True)
        for each in libraries[1:]:
            shutil.copy(libraries[0], each)
        return [ctypes.CDLL(str(each)) for each in libraries]


def address_of(library: Any, symbol: str) -> int:
    """Where a C function starts."""
    return ctypes.cast(getattr(library, symbol), ctypes.c_void_p).value or 0


class InKernel:
    """A filter's bytecode in a loop, in the kernel."""

    def __init__(self, twins: Twins) -> None:
        self._access = Access(twins.kinds)
        self._maps = [ArrayMap(each.name, each.size) for each in twins.filter.program.maps]
        self._path = PATHS[twins.name]
        self._loop = self._load(twins.filter.program.code)
        self._nothing = load_program("nothing", assemble("r0 = 0\nexit").code, [], None)

    def _load(self, code: bytes) -> Descriptor:
        # The instruction in the place of the call is replaced by one of what stands behind.
        loop = assemble(KERNEL_LOOP).code
        call = struct.pack("<BBhi", 0x85, 0x10, 0, len(loop) // 8 - CALL_SLOT - 1)
        loop = loop[: 8 * CALL_SLOT] + call + loop[8 * (CALL_SLOT + 1) :]
        return load_program("loop", loop + code, self._maps, None)

    def ratio(self, ns: Callable[[], float]) -> float:
        """`ns` to a call here, with its share of the loop but not of the system call."""
        turns = [(ns(), self._time(self._loop), self._time(self._nothing)) for _ in range(TURNS)]
        ours, loop, nothing = (lower_quartile(times) for times in zip(*turns, strict=True))
        return ours * KERNEL_CALLS / (loop - nothing)

    def _time(self, loop: Descriptor) -> int:
        self._access.prepare(self._path)
        for memory, own in zip(self._access.memories, self._maps, strict=False):
            own.mapping[: own.size] = ctypes.string_at(memory.address, own.size)
        context = (ctypes.c_char * IoContext.layout.size).from_buffer_copy(
            bytes(self._access.context)
        )
        begun = time.perf_counter_ns()
        test_run(loop, context)
        return time.perf_counter_ns() - begun


def in_kernel(twins: Twins) -> InKernel | None:
    """None where the kernel takes no such loop."""
    try:
        return InKernel(twins)
    except (HostError, Refused):
        return None


@dataclass(frozen=True)
class Row:
    """ns of a call; ratios to gcc in both orders, of gcc to its twin, and to the kernel's JIT.

    None where there is nothing to compare with.
    """

    name: str
    ns: float
    before_gcc: float
    after_gcc: float
    twin: float
    of_kernel: float | None


def measure(each: Twins) -> Row:
    """In both orders, and the kernel beside it."""
    access, kernel = Access(each.kinds), in_kernel(each)

    def prepare() -> Any:
        access.prepare(PATHS[each.name])
        return access.arguments

    ours, gcc, twin = map(Side, (each.native.address, *each.c_addresses))
    first = in_turns((ours, gcc, twin), prepare)
    second = in_turns((gcc, twin, ours), prepare)
    return Row(
        each.name,
        median(first.ns(ours)),
        first.ratio(ours, gcc),
        second.ratio(ours, gcc),
        max(first.ratio(twin, gcc), second.ratio(twin, gcc), key=lambda r: abs(r - 1)),
        kernel.ratio(lambda: ours.ns(0, prepare())) if kernel else None,
    )


def rows() -> list[Row]:
    """Every device, checked and measured."""
    found, libraries = twins(), build_c(copies=2)
    for each in found:
        each.c_addresses = tuple(address_of(library, each.symbol) for library in libraries)
        each.check()
    return [measure(each) for each in found]


def ratios() -> list[Ratio]:
    """For docs/."""
    if shutil.which("gcc") is None:
        return []
    found = rows()
    return [
        *(Ratio("filter code, then gcc -O2", row.name, row.before_gcc, 1.05) for row in found),
        *(Ratio("gcc -O2, then filter code", row.name, row.after_gcc, 1.05) for row in found),
        *(Ratio("noise: gcc -O2 / the same code", row.name, row.twin) for row in found),
        *(
            Ratio("filter code / kernel JIT", row.name, row.of_kernel, 1.0)
            for row in found
            if row.of_kernel is not None
        ),
    ]


def main() -> None:
    if shutil.which("gcc") is None:
        print("not measured: there is no gcc on this machine to compare with")
        return
    print(f"  {'':36}{'of gcc -O2, run':>24}{'gcc of':>10}{'of kernel':>10}")
    print(f"  {'filter':28}{'ns':>8}{'before':>12}{'after it':>12}{'its twin':>10}{'JIT':>10}")
    for row in rows():
        kernel = f"{row.of_kernel:10.2f}" if row.of_kernel is not None else f"{'-':>10}"
        ours = f"{row.ns:8.2f}{row.before_gcc:12.2f}{row.after_gcc:12.2f}"
        print(f"  {row.name:28}{ours}{row.twin:10.2f}{kernel}")


if __name__ == "__main__":
    main()
