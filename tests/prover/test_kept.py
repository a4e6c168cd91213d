# SPDX-License-Identifier: Apache-2.0
"""Proofs in the cache: of the very same source and bytecode, and of nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lightexit.cache import Cache
from lightexit.filter import Filter
from lightexit.imports import import_file
from lightexit.program_filter import ProgramFilter
from lightexit.prover import kept

pytest.importorskip("z3", reason="z3 is not installed (extra prove)")
from lightexit.prover.proof import PROVED, REFUTED, UNKNOWN, Proof

LAMP = """
from lightexit.filter import IoContext, Struct, Verdict, io_filter, u8

class Lamp(Struct):
    level: u8

@io_filter
def read(ctx: IoContext, lamp: Lamp) -> Verdict:
    ctx.data = lamp.level & {mask}
    return Verdict.HANDLED
"""


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def lamp(folder: Path, mask: int = 15) -> Filter[Any]:
    """As another process would find it."""
    file = folder / "kept_lamp.py"
    file.write_text(LAMP.format(mask=mask))
    found = import_file(file).read
    assert isinstance(found, Filter)
    return found


def proof(verdict: str = PROVED) -> Proof:
    return Proof("read", verdict, 1.25, 1, 2)


def test_the_same_filter_has_its_proof(tmp_path: Path) -> None:
    assert kept.kept(lamp(tmp_path)) is None
    kept.keep(lamp(tmp_path), proof())
    found = kept.kept(lamp(tmp_path))
    assert found is not None
    assert str(found) == f"1 paths, 2 pairs, 1.2 s, z3 {found.z3}"


def test_another_source_has_none(tmp_path: Path) -> None:
    kept.keep(lamp(tmp_path), proof())
    assert kept.kept(lamp(tmp_path, mask=7)) is None


def test_other_bytecode_has_none(tmp_path: Path) -> None:
    kept.keep(lamp(tmp_path), proof())
    other = lamp(tmp_path)
    vars(other)["program"] = lamp(tmp_path, mask=7).program
    assert kept.kept(other) is None


def test_another_prover_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.keep(lamp(tmp_path), proof())
    monkeypatch.setattr(kept, "_VERSION", "another")
    assert kept.kept(lamp(tmp_path)) is None


@pytest.mark.parametrize("verdict", [REFUTED, UNKNOWN])
def test_nothing_else_is_kept(verdict: str, tmp_path: Path) -> None:
    kept.keep(lamp(tmp_path), proof(verdict))
    assert kept.kept(lamp(tmp_path)) is None


def test_bytecode_by_itself_has_none(tmp_path: Path) -> None:
    bytecode = ProgramFilter(lamp(tmp_path).program, "lamp.o")
    kept.keep(bytecode, proof())
    assert kept.kept(bytecode) is None


def test_a_damaged_one_is_none(tmp_path: Path) -> None:
    kept.keep(lamp(tmp_path), proof())
    (file,) = (each for each in tmp_path.rglob("*") if each.is_file() and kept.KIND in str(each))
    file.write_bytes(file.read_bytes()[:-3])
    assert kept.kept(lamp(tmp_path)) is None
    assert Cache().get(kept.KIND, "0" * 64) is None
