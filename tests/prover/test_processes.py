# SPDX-License-Identifier: Apache-2.0
"""Proofs in processes: limits hold whatever happens in one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest

pytest.importorskip("z3", reason="z3 is not installed (extra prove)")
from lightexit.prover import processes
from lightexit.prover.processes import Work, in_processes
from lightexit.prover.proof import PROVED, UNKNOWN, Proof


def endless() -> Proof:
    while True:
        time.sleep(1)


def gone() -> Proof:
    os._exit(3)


def greedy() -> Proof:
    bytearray(1 << 40)
    return Proof("greedy", PROVED)


@pytest.mark.parametrize(
    ("prove", "reason"),
    [
        (endless, "the 0.5 s are used up, in one question to z3 or one loop"),
        (gone, "its process has ended: status 3; it may have 4 GiB of memory"),
        (greedy, "MemoryError: "),
    ],
)
def test_whatever_happens_there_it_is_unknown(
    prove: Callable[[], Proof], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "GRACE_S", 0.1)
    works = [Work("one", prove, 0.5), Work("other", lambda: Proof("other", PROVED), 5)]
    found = dict(in_processes(works, 2))
    assert (found[0].verdict, found[0].reason) == (UNKNOWN, reason)
    assert found[1] == Proof("other", PROVED)


def test_as_many_as_jobs_at_once() -> None:
    told: list[int] = []
    works = [Work(str(number), lambda: Proof("", PROVED), 5) for number in range(5)]
    assert sorted(number for number, _ in in_processes(works, 2, told.append)) == [0, 1, 2, 3, 4]
    assert max(told) == 2
