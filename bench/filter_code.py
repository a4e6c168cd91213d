# SPDX-License-Identifier: Apache-2.0
"""A filter's machine code against gcc -O2 of the same function in C: a PIT counter read.

Both are called from one native loop, in turns, with a time that moves on. Goal: at most 1.1.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from lightexit.abi import IoContext, StateMemory
from lightexit.abi.header import c_struct, header
from lightexit.engine.native import NativeEngine, compile_ir
from lightexit.errors import InternalError
from lightexit.filter import (
    Array,
    Struct,
    Verdict,
    array,
    io_filter,
    muldiv64,
    u8,
    u32,
    u64,
)

FREQUENCY = 1_193_182
NS = 1_000_000_000


class Counter(Struct):
    """A counter of the 8254, as far as reads need it."""

    origin: u64  # the tick at which it held `reload`
    reload: u32 = 0x10000
    mode: u8 = 2
    latched: bool
    both_bytes: bool = True
    msb_next: bool


class PitState(Struct):
    """All three."""

    counters: Array[Counter] = array(Counter, 3)


@io_filter
def read_counter(ctx: IoContext, pit: PitState) -> Verdict:
    """A read of a counter in mode 2, of one byte or of two in turn."""
    if ctx.is_write or ctx.offset >= 3:
        return Verdict.PASS
    counter = pit.counters[ctx.offset]
    if counter.latched or counter.mode != 2:
        return Verdict.PASS
    tick = muldiv64(ctx.now_ns, FREQUENCY, NS)
    value = u32(counter.reload - u64(tick - counter.origin) % counter.reload)
    ctx.data = u8(value >> 8 if counter.msb_next else value)
    if counter.both_bytes:
        counter.msb_next = not counter.msb_next
    return Verdict.HANDLED


CALLS = 200_000
ROUNDS = 41
SOURCE = Path(__file__).with_suffix(".c")

NOW = next(field.offset for field in IoContext.layout.fields if field.name == "now_ns")

LOOP = f"""
define void @loop(ptr %function, ptr %context, ptr %values, i64 %calls) nounwind {{
entry:
  %now = getelementptr i8, ptr %context, i64 {NOW}
  br label %next
next:
  %i = phi i64 [ 0, %entry ], [ %following, %next ]
  %time = mul i64 %i, 977
  store i64 %time, ptr %now
  %verdict = call i64 %function(ptr %context, ptr %values)
  %following = add i64 %i, 1
  %more = icmp ult i64 %following, %calls
  br i1 %more, label %next, label %done
done:
  ret void
}}
"""
RUN = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p, ctypes.c_void_p)
RUN_LOOP = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3, ctypes.c_uint64)


class Access:
    """A read of counter 0."""

    def __init__(self) -> None:
        self.context = IoContext()
        self.memory: StateMemory[PitState] = StateMemory(PitState)
        self._keep = (ctypes.c_char * IoContext.layout.size).from_buffer(self.context.buffer)
        self._values = (ctypes.c_void_p * 1)(self.memory.address)
        self.arguments = (ctypes.addressof(self._keep), ctypes.addressof(self._values))

    def outcome(self, function: int) -> tuple[int, bytes, bytes]:
        """Call once: verdict, context, state."""
        verdict = RUN(function)(*self.arguments)
        return verdict, bytes(self.context), bytes(self.memory.state)


def build_c(folder: Path) -> Any:
    """The C function, compiled."""
    source, library = folder / "pit.c", folder / "pit.so"
    source.write_text(header() + c_struct(PitState) + SOURCE.read_text())
    subprocess.run(["gcc", "-O2", "-fPIC", "-shared", "-Wall", "-o", library, source], check=True)
    return ctypes.CDLL(str(library))


def check(filter_code: int, c_code: int) -> None:
    """Both functions do the same, whatever the state."""
    for seed in range(2000):
        pair = Access(), Access()
        for each in pair:
            scramble(each, Random(seed))
        if pair[0].outcome(filter_code) != pair[1].outcome(c_code):
            raise InternalError(f"the filter and its C twin differ on {pair[0].memory.state}")


def scramble(access: Access, random: Random) -> None:
    """Any access to any state, more often than not one that is handled."""
    access.context.offset = random.randrange(4)
    access.context.is_write = random.random() < 0.1
    access.context.now_ns = random.getrandbits(random.randrange(1, 65))
    for counter in access.memory.state.counters:
        counter.origin, counter.reload = random.getrandbits(64), random.getrandbits(17)
        counter.mode, counter.latched = random.choice((2, 2, 3)), random.random() < 0.2
        counter.both_bytes, counter.msb_next = random.random() < 0.5, random.random() < 0.5


def main() -> None:
    if shutil.which("gcc") is None:
        print("not measured: there is no gcc on this machine to compare with")
        return
    native = NativeEngine().load(read_counter.program)
    loop_code = compile_ir(LOOP)
    loop = RUN_LOOP(loop_code.address("loop"))
    with tempfile.TemporaryDirectory() as folder:
        c_library = build_c(Path(folder))
        functions = {
            "filter": native.address,
            "gcc -O2": ctypes.cast(c_library.read_counter, ctypes.c_void_p).value or 0,
        }
        check(functions["filter"], functions["gcc -O2"])
        report(measure(loop, functions))


def measure(loop: Any, functions: dict[str, int]) -> dict[str, list[float]]:
    """ns per call of each function, one number a round."""
    access = Access()
    times: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(ROUNDS):
        for name, address in functions.items():
            start = time.perf_counter()
            loop(address, *access.arguments, CALLS)
            times[name].append((time.perf_counter() - start) / CALLS * 1e9)
    return times


def report(times: dict[str, list[float]]) -> None:
    for name, each in times.items():
        print(f"  {name:8} {median(each):6.2f} ns a call (median of {ROUNDS} rounds)")
    ratios = [a / b for a, b in zip(times["filter"], times["gcc -O2"], strict=True)]
    print(f"  ratio    {median(ratios):6.2f}")
