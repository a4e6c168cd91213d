# SPDX-License-Identifier: Apache-2.0
"""Proofs in processes of their own, several at once: z3 may ignore its limit, or take all memory.

Needs fork(2), by which a process begins with the filters that its parent has loaded.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Any, TypeAlias

from lightexit.prover.proof import UNKNOWN, Proof

_Pipe: TypeAlias = "Connection[Any, Any]"
#: What a proof gets beyond its budget before its process is killed, in seconds.
GRACE_S = 5.0
#: Of one process, in bytes.
MEMORY = 4 << 30


@dataclass(frozen=True)
class Work:
    """A proof to be found within `seconds`."""

    name: str
    prove: Callable[[], Proof]
    seconds: float


@dataclass(frozen=True)
class _Running:
    number: int
    process: ForkProcess
    end: float


def in_processes(
    works: Sequence[Work], jobs: int, told: Callable[[int], None] = lambda _: None
) -> Iterator[tuple[int, Proof]]:
    """Each proof with its number, as they are found; `told` hears how many are being looked for."""
    waiting = list(range(len(works)))[::-1]
    running: dict[_Pipe, _Running] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                number = waiting.pop()
                ours, process = _started(number, works[number])
                running[ours] = process
            told(len(running))
            ready = wait(list(running), timeout=0.5)
            now = time.monotonic()
            for connection in [key for key in running if key in ready or now > running[key].end]:
                each = running.pop(connection)
                yield each.number, _ended(works[each.number], each, connection)
    finally:
        for each in running.values():
            each.process.kill()


def _started(number: int, work: Work) -> tuple[_Pipe, _Running]:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(work, theirs), daemon=True)
    process.start()
    theirs.close()
    return ours, _Running(number, process, time.monotonic() + work.seconds + GRACE_S)


def _child(work: Work, connection: _Pipe) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    connection.send(work.prove())


def _ended(work: Work, each: _Running, connection: _Pipe) -> Proof:
    try:
        if connection.poll():
            proof: Proof = connection.recv()
            return proof
        reason = f"the {work.seconds:g} s are used up, and z3 did not stop"
    except EOFError:
        each.process.join()
        reason = f"the process ended with {each.process.exitcode}"
    finally:
        each.process.kill()
        each.process.join()
        connection.close()
    return Proof(work.name, UNKNOWN, seconds=work.seconds, reason=reason)
