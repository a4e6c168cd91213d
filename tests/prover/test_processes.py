# SPDX-License-Identifier: Apache-2.0
"""Proofs in processes: limits hold whatever happens in one; what was proved is kept."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lightexit.devices.debugcon import read_presence
from lightexit.devices.hpet import read_counter
from lightexit.filter import Filter

pytest.importorskip("z3", reason="z3 is not installed (extra prove)")
from lightexit.prover import installed, processes
from lightexit.prover.kept import keep, kept
from lightexit.prover.processes import Work, in_processes
from lightexit.prover.proof import PROVED, UNKNOWN, Proof, prove_filter


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


@pytest.fixture
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.mark.usefixtures("_own_cache")
def test_a_proof_is_kept_by_content() -> None:
    assert kept(read_presence) is None
    proof = prove_filter(read_presence)
    keep(read_presence, proof)
    found = kept(read_presence)
    assert found is not None
    assert (found.paths, found.pairs, found.z3) == (proof.paths, 3, installed.z3_version())
    assert kept(read_counter) is None
    changed: Filter[Any] = Filter(read_presence.function)
    changed.__dict__["program"] = read_counter.program
    assert kept(changed) is None


@pytest.mark.usefixtures("_own_cache")
def test_nothing_else_is_kept() -> None:
    for verdict in ("refuted", UNKNOWN):
        keep(read_presence, Proof("read_presence", verdict))
    assert kept(read_presence) is None
