# SPDX-License-Identifier: Apache-2.0
"""The law of histories: concurrent accesses of several vCPUs are linearisable by the definition.

Two threads access the same devices of a native bus at the same time, a few accesses each. Then an
order of all their pieces is searched for in which the definition gives the same answers, calls
models and lines in the order in which they were called, and ends in the same states. Contention
may turn an answer of a filter into a PASS, and do nothing else.

As a program (`python -m laws.histories --count 10000` in tests/) it runs for long.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from laws.longrun import command_line
from laws.vcpu_cases import (
    VCPUS,
    Counts,
    History,
    Pair,
    States,
    begin,
    random_case,
    states_of,
    tellers,
)
from laws.vcpu_recorder import ROUNDS, Recorder, engine
from lightexit.abi import Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.definition import DefinitionBus, Piece


@dataclass(frozen=True)
class Part:
    """A piece of an access, what of it is written, and what is read."""

    piece: Piece
    written: int | None
    read: int


class Replay:
    """Searches for an order in which the definition reproduces a history."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._events: list[tuple[Any, ...]] = []
        self._cpu = 0
        self._devices = tellers(lambda *what: self._events.append((self._cpu, *what)))
        self._bus = DefinitionBus(ManualClock(), lambda filter: filter.load(engine()), vcpus=VCPUS)
        for device in self._devices:
            self._bus.attach(device)
        begin(history.case, self._devices)
        self._parts = [list(self._parts_of(cpu)) for cpu in range(VCPUS)]
        self._seen: set[tuple[Any, ...]] = set()

    def _parts_of(self, cpu: int) -> Iterator[Part]:
        history = self._history
        for access, answer in zip(history.case.accesses[cpu], history.answers[cpu], strict=True):
            for piece in self._bus.pieces(Space.PIO, access.port, access.size):
                value = None if access.value is None else access.value >> piece.shift & piece.ones
                yield Part(piece, value, answer >> piece.shift & piece.ones)

    def counts(self) -> Counts:
        """The expected counters: pieces in the models' events were passed, all others handled."""
        counts: Counts = Counter()
        for part in (part for parts in self._parts for part in parts):
            window, is_write = part.piece.window, part.written is not None
            if window is not None:
                register = window.counted_at(part.piece.offset) - window.region.offset
                counts[window.model.name, window.region.base + register, is_write, True] += 1
        for _, device, kind, *asked in self._history.events:
            if kind != "line":
                register = asked[0] // 4 * 4 + (16 if device == "other" else 0)
                counts[device, register, kind == "write", True] -= 1
                counts[device, register, kind == "write", False] += 1
        return counts

    def passes_added(self) -> int | None:
        """How many answers of filters contention turned into a PASS, in the order that was found
        first; None where there is none."""
        return self._order((0,) * VCPUS, states_of(self._devices), 0)

    def _order(self, done: tuple[int, ...], states: States, told: int) -> int | None:
        if (done, states, told) in self._seen:
            return None
        self._seen.add((done, states, told))
        if all(done[cpu] == len(self._parts[cpu]) for cpu in range(VCPUS)):
            is_end = told == len(self._history.events) and states == self._history.after
            return 0 if is_end else None
        for cpu in range(VCPUS):
            if done[cpu] == len(self._parts[cpu]):
                continue
            following = *done[:cpu], done[cpu] + 1, *done[cpu + 1 :]
            for added, part in enumerate(_ways(self._parts[cpu][done[cpu]])):
                after = self._tried(cpu, part, states, told)
                rest = None if after is None else self._order(following, *after)
                if rest is not None:
                    return added + rest
        return None

    def _tried(self, cpu: int, part: Part, states: States, told: int) -> tuple[States, int] | None:
        """The result of a piece; None if it differs from the recorded one."""
        for device, content in zip(self._devices, states, strict=True):
            device.state.buffer[:] = content
        self._events, self._cpu = [], cpu
        answer = self._bus.answer(self._bus.cpus[cpu], part.piece, part.written)
        end = told + len(self._events)
        if part.written is None and answer != part.read:
            return None
        if tuple(self._events) != self._history.events[told:end]:
            return None
        return states_of(self._devices), end


def _ways(part: Part) -> Iterator[Part]:
    """The filter's way and the model's, as under contention."""
    yield part
    if part.piece.window is not None and part.piece.is_whole:
        yield replace(part, piece=replace(part.piece, is_whole=False))


class DisagreementError(AssertionError):
    """A history that no order of its pieces explains."""


def hold(history: History) -> int:
    """Find an order; how many answers contention turned into a PASS. Raises DisagreementError."""
    replay = Replay(history)
    added = replay.passes_added()
    if replay.counts() != Counter(history.counts):
        raise DisagreementError(f"{replay.counts()} by definition, not so in {history}")
    if added is None:
        raise DisagreementError(f"no order explains {history}")
    return added


def search(
    seed: int,
    count: int,
    end_s: float = float("inf"),
    change: Callable[[Bus, Pair], None] | None = None,
) -> Counter[str]:
    """Record and explain that many cases; what was seen, and how often."""
    seen: Counter[str] = Counter()
    with Recorder(change) as recorder:
        for first in range(seed, seed + count, ROUNDS):
            if time.process_time() > end_s:
                break
            seeds = range(first, min(first + ROUNDS, seed + count))
            for history in recorder.record([random_case(Random(each)) for each in seeds]):
                seen.update(_explained(history))
    return seen


def _explained(history: History) -> Counter[str]:
    added = hold(history)
    seen = Counter({"histories": 1, "with added passes": added > 0, "added passes": added})
    for (*_, is_handled), count in history.counts.items():
        seen["handled" if is_handled else "passed"] += count
    return seen


def _main() -> None:
    given = command_line(__doc__, 10_000)
    seen = search(given.seed, given.count, given.end_s)
    print(f"from seed {given.seed} on: {dict(seen)}, {time.process_time():.0f} s")


if __name__ == "__main__":
    _main()
