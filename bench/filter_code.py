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
from lightexit.devices.pit import PitState, read_fast
from lightexit.engine.native import NativeEngine, compile_ir
from lightexit.errors import InternalError

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
    """A read of counter 0, which runs in mode 2 and is read in two bytes."""

    def __init__(self) -> None:
        self.context = IoContext()
        self.memory: StateMemory[PitState] = StateMemory(PitState)
        counter = self.memory.state.counters[0]
        counter.control, counter.loaded, counter.running = 0x34, True, True
        self._keep = (ctypes.c_char * len(bytes(self.context))).from_buffer(self.context._buffer)
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
    random = Random(1)
    for _ in range(2000):
        pair = Access(), Access()
        raw = random.randbytes(PitState.layout.size)
        offset, now_ns = random.randrange(4), random.getrandbits(random.randrange(1, 64))
        for each in pair:
            each.memory.state._buffer[:] = raw
            for counter in each.memory.state.counters:
                counter.reload = counter.reload % 0x10000 + 1
                counter.running, counter.status_latched = bool(raw[0] & 1), bool(raw[0] & 2)
                counter.msb_read_next = bool(raw[0] & 4)
            each.context.offset, each.context.now_ns = offset, now_ns
        if pair[0].outcome(filter_code) != pair[1].outcome(c_code):
            raise InternalError(f"the filter and its C twin differ at {now_ns} ns: {raw.hex()}")


def main() -> None:
    if shutil.which("gcc") is None:
        print("not measured: there is no gcc on this machine to compare with")
        return
    native = NativeEngine().load(read_fast.program)
    loop_code = compile_ir(LOOP)
    loop = RUN_LOOP(loop_code.address("loop"))
    with tempfile.TemporaryDirectory() as folder:
        c_library = build_c(Path(folder))
        functions = {
            "filter": native.address,
            "gcc -O2": ctypes.cast(c_library.read_fast, ctypes.c_void_p).value or 0,
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
