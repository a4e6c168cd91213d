# SPDX-License-Identifier: Apache-2.0
"""A native bus that threads access at once, and the histories of what they did."""

from __future__ import annotations

import ctypes
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any, Self

from laws.vcpu_cases import ACCESSES, VCPUS, Case, Counts, History, Pair, begin, states_of, tellers
from lightexit.abi import IoContext, Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.memory import Block
from lightexit.bus.native import dispatch
from lightexit.engine.native import NativeEngine, compile_ir

#: Cases that are recorded in one go: so many times do threads that run at once meet at a gate.
ROUNDS = 50
#: From one case's devices to the next one's.
DISTANCE = 64
_CONTEXT = IoContext.layout.size

# In every round, waits at its gate until all are there; then makes its accesses, as its contexts
# describe them.
_LOOP = f"""
define void @work(ptr %access, ptr %vcpu, ptr %contexts, i64 %rounds, ptr %gates) {{
entry:
  br label %arrive
arrive:
  %round = phi i64 [ 0, %entry ], [ %next_round, %leave ]
  %gate = getelementptr i64, ptr %gates, i64 %round
  %here = atomicrmw sub ptr %gate, i64 1 seq_cst
  %first = mul i64 %round, {ACCESSES}
  br label %wait
wait:
  %missing = load atomic i64, ptr %gate acquire, align 8
  %is_open = icmp eq i64 %missing, 0
  br i1 %is_open, label %next, label %wait
next:
  %number = phi i64 [ 0, %wait ], [ %following, %next ]
  %index = add i64 %first, %number
  %start = mul i64 %index, {_CONTEXT}
  %context = getelementptr i8, ptr %contexts, i64 %start
  call void %access(ptr %vcpu, ptr %context)
  %following = add i64 %number, 1
  %more = icmp ult i64 %following, {ACCESSES}
  br i1 %more, label %next, label %leave
leave:
  %next_round = add i64 %round, 1
  %is_last = icmp eq i64 %next_round, %rounds
  br i1 %is_last, label %done, label %arrive
done:
  ret void
}}
"""


@cache
def engine() -> NativeEngine:
    """One for all, which keeps what it has compiled."""
    return NativeEngine()


@cache
def _loop() -> Any:
    pointer, number = ctypes.c_void_p, ctypes.c_uint64
    code = compile_ir(_LOOP)
    kind = ctypes.CFUNCTYPE(None, pointer, pointer, pointer, number, pointer)
    return code, kind(code.address("work"))


def _views(block: Block) -> list[IoContext]:
    return [IoContext.view(block.bytes[at:]) for at in range(0, block.size, _CONTEXT)]


class Recorder:
    """A native bus that threads, one for each vCPU, access again and again. `change` may do
    something to it first."""

    def __init__(self, change: Callable[[Bus, Pair], None] | None = None) -> None:
        self._cpus: dict[int, int] = {}
        self._events: list[list[tuple[Any, ...]]] = [[] for _ in range(ROUNDS)]
        self._bus = Bus(ManualClock(), engine(), vcpus=VCPUS)
        self._pairs = [
            tellers(partial(self._note, number), DISTANCE * number) for number in range(ROUNDS)
        ]
        for pair in self._pairs:
            for device in pair:
                self._bus.attach(device)
            if change is not None:
                change(self._bus, pair)
        self._pool = ThreadPoolExecutor(VCPUS)
        self._contexts = [Block(ROUNDS * ACCESSES * _CONTEXT) for _ in range(VCPUS)]
        self._gates = Block(8 * ROUNDS)
        self._code, self._loop = _loop()
        self._access = dispatch().address("perform_context")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._pool.shutdown()

    def _note(self, number: int, *what: Any) -> None:
        self._events[number].append((self._cpus[threading.get_ident()], *what))

    def record(self, cases: Sequence[Case]) -> Iterator[History]:
        """Have the vCPUs do it at once: up to `ROUNDS` cases, one after the other."""
        for number, case in enumerate(cases):
            self._events[number].clear()
            self._gates.words[number] = VCPUS
            begin(case, self._pairs[number])
        for cpu, block in enumerate(self._contexts):
            each = ((n, access) for n, case in enumerate(cases) for access in case.accesses[cpu])
            for (number, access), context in zip(each, _views(block), strict=False):
                context.space, context.size = Space.PIO, access.size
                context.offset = DISTANCE * number + access.port
                context.is_write, context.data = access.value is not None, access.value or 0
        before = self._counts()
        with self._bus.running():
            list(self._pool.map(partial(self._work, len(cases)), range(VCPUS)))
        self._bus.raise_failure()
        counts = self._counts()
        counts.subtract(before)
        return (self._history(number, case, counts) for number, case in enumerate(cases))

    def _work(self, rounds: int, cpu: int) -> None:
        self._cpus[threading.get_ident()] = cpu
        addresses = self._bus.cpus[cpu].address, self._contexts[cpu].address
        self._loop(self._access, *addresses, rounds, self._gates.address)

    def _history(self, number: int, case: Case, counts: Counts) -> History:
        first = number * ACCESSES
        views = (_views(block)[first : first + ACCESSES] for block in self._contexts)
        answers = tuple(tuple(context.data for context in each) for each in views)
        events, after = tuple(self._events[number]), states_of(self._pairs[number])
        own = {
            (device, port % DISTANCE, *how): count
            for (device, port, *how), count in counts.items()
            if port // DISTANCE == number and count
        }
        return History(case, answers, events, after, own)

    def _counts(self) -> Counts:
        counts: Counts = Counter()
        for each in self._bus.counts():
            counts[each.device, each.address, each.is_write, True] = each.handled
            counts[each.device, each.address, each.is_write, False] = each.passed
        return counts
