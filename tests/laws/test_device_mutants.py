# SPDX-License-Identifier: Apache-2.0
"""Mutants of our own devices: mistakes as they are meant, found by the kit, run once only."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

import scale
from devices.subjects import SUBJECTS
from laws import device_mutants
from laws.device_mutants import (
    MODULES,
    Mutant,
    campaign,
    chosen,
    mutants,
    results_in,
    run,
    table,
    unchanged,
)
from laws.device_mutations import mutations
from laws.mutants_survivors import REASONS

SOURCE = '''
class Lamp:
    """1 < 2"""

    def read(self, offset: int) -> int:
        "5 & 6"
        if offset < 4 and self.on:
            return Verdict.PASS
        self.level = offset & 0xFF
        self.irq.set(False)
        return offset + 1

    def next_wakeup(self):
        return self.due_ns
'''
MADE = [
    ("a bound off by one", "offset < 4", "offset <= 4"),
    ("a condition forgotten", "offset < 4 and self.on", "self.on"),
    ("a condition forgotten", "offset < 4 and self.on", "offset < 4"),
    ("a number off by one", "4", "5"),
    ("a PASS forgotten", "return Verdict.PASS", "pass"),
    ("a state left as it is", "self.level = offset & 0xFF", "pass"),
    ("a mask dropped", "offset & 0xFF", "offset"),
    ("a number off by one", "0xFF", "256"),
    ("a line left as it is", "self.irq.set(False)", "pass"),
    ("another operator", "offset + 1", "offset - 1"),
    ("a number off by one", "1", "2"),
    (
        "a deadline late",
        "return self.due_ns",
        "return (lambda due: None if due is None else due + 1)(self.due_ns)",
    ),
]


def test_mistakes() -> None:
    found = [(each.kind, each.before, each.after) for each in mutations(SOURCE)]
    assert sorted(found) == sorted(MADE)
    for each in mutations(SOURCE):
        changed = ast.unparse(ast.parse(each.source))
        assert changed != ast.unparse(ast.parse(SOURCE))


def test_every_device_has_mutants_and_each_is_python() -> None:
    assert set(MODULES) == set(SUBJECTS)
    everything = list(mutants())
    assert {each.module for each in everything} == {
        name for all in MODULES.values() for name in all
    }
    assert len({each.key for each in everything}) == len(everything)
    for each in scale.part(everything):
        compile(each.mutation.source, each.module, "exec")
    assert 0 < len(chosen(100)) < len(everything) / 50
    known = {f"{each.module}: {each.mutation.key}" for each in everything}
    assert set(REASONS) <= known


def mutant(module: str, kind: str, before: str) -> Mutant:
    found = (
        each
        for each in mutants()
        if (each.module, each.mutation.kind) == (module, kind) and before in each.mutation.before
    )
    return next(found)


def test_one_is_found_where_it_stands_and_none_in_what_is_right() -> None:
    wrong = mutant("port92", "a PASS forgotten", "")
    assert run(wrong)["law"]
    assert run(wrong, alone=True)["law"]
    assert run(unchanged("port92"), 2)["law"] == ""


def test_what_was_run_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[str] = []

    def judged(mutant: Mutant, _limit_s: float, *, alone: bool) -> dict[str, Any]:
        if mutant.mutation.kind == "none":
            return {"law": "", "seconds": 0}
        runs.append(mutant.key)
        if len(runs) == 5:
            raise KeyboardInterrupt
        return {"law": "saved" * (len(runs) != 2), "seconds": 1.5, "examples": 3, "message": ""}

    monkeypatch.setattr(device_mutants, "run", judged)
    file = tmp_path / "results"
    with pytest.raises(KeyboardInterrupt):
        campaign(100, file, 1)
    assert sum(each["seconds"] > 0 for each in results_in(file).values()) == 4
    campaign(100, file, 1)
    assert runs[4] == runs[5]
    count = len(chosen(100))
    assert len(runs) - 1 == count
    page = table(file)
    share = 100 * (count - 1) / count
    assert f"a reference | {count} | {count - 1} ({share:.1f} %) | 1.5 s | 1.5 s |" in page
    assert "| laws alone |" not in page
    assert "not found within the minute" in page
