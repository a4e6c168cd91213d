# SPDX-License-Identifier: Apache-2.0
"""Proofs in processes of their own, several at once: z3 may ignore its limit, or take all memory.

Needs fork(2), by which a process begins with the filters that its parent has loaded.
"""

from __future__ import annotations

import math
import multiprocessing
import resource
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path
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
    begun: float


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
            for connection, each in list(running.items()):
                work = works[each.number]
                if connection in ready or _seconds(each) > work.seconds + GRACE_S:
                    del running[connection]
                    yield each.number, _ended(work, each, connection)
    finally:
        for each in running.values():
            each.process.kill()


def _started(number: int, work: Work) -> tuple[_Pipe, _Running]:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(work, theirs), daemon=True)
    process.start()
    theirs.close()
    return ours, _Running(number, process, time.monotonic())


def _seconds(each: _Running) -> float:
    return time.monotonic() - each.begun


def _child(work: Work, connection: _Pipe) -> None:
    _limit(resource.RLIMIT_AS, _addresses() + MEMORY)
    # Whoever would end this process at its time may have been killed.
    _limit(resource.RLIMIT_CPU, math.ceil(work.seconds + GRACE_S))
    try:
        proof = work.prove()
    except Exception as error:  # whatever it is, nothing is proved, and the others go on
        proof = Proof(work.name, UNKNOWN, reason=f"{type(error).__name__}: {error}")
    connection.send(proof)


def _addresses() -> int:
    """Bytes of addresses that this process has as it begins, its parent's (proc_pid_statm(5))."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:  # no Linux
        return 0


def _limit(resource_number: int, most: int) -> None:
    _, hard = resource.getrlimit(resource_number)
    soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource_number, (soft, hard))


def _ended(work: Work, each: _Running, connection: _Pipe) -> Proof:
    try:
        if connection.poll():
            proof: Proof = connection.recv()
            return proof
        reason = f"the {work.seconds:g} s are used up, in one question to z3 or one loop"
        limit = "seconds"
    except EOFError:
        each.process.join()
        reason, limit = f"its process has ended: {_end_of(each.process)}", ""
    finally:
        each.process.kill()
        each.process.join()
        connection.close()
    return Proof(work.name, UNKNOWN, _seconds(each), reason=reason, limit=limit)


def _end_of(process: ForkProcess) -> str:
    status = process.exitcode or 0
    how = signal.strsignal(-status) if status < 0 else f"status {status}"
    return f"{how}; it may have {MEMORY >> 30} GiB of memory"
