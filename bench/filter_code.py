# SPDX-License-Identifier: Apache-2.0
"""Every device's filter: its machine code against gcc -O2 of the same in C, and the kernel's JIT.

Each C function is first checked to give the verdict, context and state that the filter gives,
on random contexts and states. Then all are called from a loop, in turns, with a time that moves
on; medians count, of times and of the ratios within a turn. The kernel runs the same bytecode in
a loop in bytecode, less what a run of nothing takes; loop and call are part of every figure. It is
loaded with all rights, without masks for speculation: Linux does not mask in such a loop.
Goals: at most 1.1 times gcc -O2, and not slower than the kernel.
"""

from __future__ import annotations

import ctypes
import shutil
import struct
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, get_type_hints

from bench._ratio import Ratio
from bench.lines import filters
from lightexit.abi import IoContext, StateMemory, Struct
from lightexit.abi.header import c_struct, header
from lightexit.abi.struct import Array, size_of
from lightexit.engine.kernel.bpf import ArrayMap, Descriptor, Refused, load_program, test_run
from lightexit.engine.native import NativeEngine, compile_ir
from lightexit.errors import HostError, InternalError
from lightexit.filter import Filter, Verdict
from lightexit.isa import assemble

CALLS, KERNEL_CALLS, ROUNDS, CHECKS = 16_000, 500, 15, 3_000
#: Figures differ by up to 1 ns from process to process; why was not found out.
PROCESSES = 3
SOURCE = Path(__file__).with_suffix(".c")
NOW = next(field.offset for field in IoContext.layout.fields if field.name == "now_ns")
TIME_STEP = 977

#: The same loop at some places in memory: where a branch lies costs as much as a small filter.
LOOPS = 8
LOOP = f"""
define void @loopNUMBER(ptr %function, ptr %context, ptr %values, i64 %calls) nounwind {{
entry:
  %now = getelementptr i8, ptr %context, i64 {NOW}
  br label %next
next:
  %i = phi i64 [ 0, %entry ], [ %following, %next ]
  %time = mul i64 %i, {TIME_STEP}
  store i64 %time, ptr %now
  %verdict = call i64 %function(ptr %context, ptr %values)
  %following = add i64 %i, 1
  %more = icmp ult i64 %following, %calls
  br i1 %more, label %next, label %done
done:
  ret void
}}
"""
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
RUN_LOOP = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3, ctypes.c_uint64)


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
    "i440fx.access": Timed(4, 4, fields={"address": 0x8000_0800}),
    "ioapic.fast": Timed(0x10, 4, is_write=True, data=0x1_0000, fields={"select": 0x10}),
    "pic.fast": Timed(1, is_write=True, data=0xFE),
    "pit.fast": Timed(0),
    "pmtimer.read_timer": Timed(8, 4),
    "port61.read_fast": Timed(0),
    "port92.read_control": Timed(0),
    "ps2.poll": Timed(4),
    "rtc.access": Timed(1),
    "uart.poll": Timed(5),
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
    c_address: int = 0

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
            ours, theirs = pair[0].outcome(self.native.address), pair[1].outcome(self.c_address)
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


def build_c(*more: Path) -> Any:
    """The C functions, compiled, with those of other sources behind them."""
    structs = dict.fromkeys(kind for each in filters() for kind in kinds_of(each))
    texts = [header(), *map(c_struct, structs), *(each.read_text() for each in (SOURCE, *more))]
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder, "filters.c"), Path(folder, "filters.so")
        source.write_text("\n".join(texts))
        command = ["gcc", "-O2", "-fPIC", "-shared", "-Wall", "-o", str(library), str(source)]
        subprocess.run(command, check=True)
        return ctypes.CDLL(str(library))


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

    def ns(self) -> float:
        """ns of a call, with its share of the loop but not of the system call."""
        return (self._time(self._loop) - self._time(self._nothing)) / KERNEL_CALLS

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
    """ns of a call, and the ratios to the others; None where there is nothing to compare."""

    name: str
    ns: float
    c_ratio: float
    kernel_ratio: float | None


def measure(loops: Sequence[Any], each: Twins) -> Row:
    """All in turns."""
    access, kernel = Access(each.kinds), in_kernel(each)

    def ns(loop: Any, address: int) -> float:
        access.prepare(PATHS[each.name])
        start = time.perf_counter_ns()
        loop(address, *access.arguments, CALLS)
        return (time.perf_counter_ns() - start) / CALLS

    turns = [
        (ns(loop, each.native.address), ns(loop, each.c_address), kernel.ns() if kernel else None)
        for _ in range(ROUNDS)
        for loop in loops
    ]
    beside_kernel = [ours / theirs for ours, _, theirs in turns if theirs]
    return Row(
        each.name,
        median(ours for ours, _, _ in turns),
        median(ours / theirs for ours, theirs, _ in turns),
        median(beside_kernel) if beside_kernel else None,
    )


def rows() -> list[Row]:
    """Every device, checked and measured."""
    found = twins()
    code = compile_ir("\n".join(LOOP.replace("NUMBER", str(n)) for n in range(LOOPS)))
    loops = [RUN_LOOP(code.address(f"loop{n}")) for n in range(LOOPS)]
    library = build_c()
    for each in found:
        address = ctypes.cast(getattr(library, each.symbol), ctypes.c_void_p).value
        each.c_address = address or 0
        each.check()
    return [measure(loops, each) for each in found]


def ratios() -> list[Ratio]:
    """For docs/."""
    if shutil.which("gcc") is None:
        return []
    found = rows()
    return [
        *(Ratio("filter code / gcc -O2", row.name, row.c_ratio, 1.1) for row in found),
        *(
            Ratio("filter code / kernel JIT", row.name, row.kernel_ratio, 1.0)
            for row in found
            if row.kernel_ratio is not None
        ),
    ]


def main() -> None:
    if shutil.which("gcc") is None:
        print("not measured: there is no gcc on this machine to compare with")
        return
    print(f"  {'filter':28}{'ns':>8}{'of gcc -O2':>12}{'of kernel JIT':>15}")
    for row in rows():
        kernel = f"{row.kernel_ratio:15.2f}" if row.kernel_ratio is not None else f"{'-':>15}"
        print(f"  {row.name:28}{row.ns:8.2f}{row.c_ratio:12.2f}{kernel}")


if __name__ == "__main__":
    main()
