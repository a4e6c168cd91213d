# SPDX-License-Identifier: Apache-2.0
"""The law of hints, and that it notices one that is wrong."""

from __future__ import annotations

import ast

import pytest

import scale
from laws.hints import Tally, try_program
from lightexit.compiler.inference import fitting, hints
from lightexit.compiler.syntax import operators

pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning")

PROGRAMS = scale.full(150)


def _try_all(count: int, first: int = 0) -> Tally:
    tally = Tally()
    for seed in range(first, first + count):
        try_program(seed, tally)
    return tally


def test_hints_that_are_followed_change_no_value_unsaid() -> None:
    tally = _try_all(PROGRAMS)
    assert tally.filters > PROGRAMS // 3
    assert tally.unsaid > PROGRAMS // 3


def _opposite(node: ast.AST, code: ast.expr) -> str:
    return f"not ({hints.instead(node, code)})"


def _without_brackets(node: ast.AST, code: ast.expr) -> str:
    return hints.instead(node, code)


def test_the_law_notices_a_hint_that_says_the_opposite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "instead", _opposite)
    with pytest.raises(AssertionError, match="seed"):
        _try_all(150, first=1_000)  # messages are kept


def test_the_law_notices_a_hint_without_brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operators, "within", _without_brackets)
    with pytest.raises(AssertionError, match="seed"):
        _try_all(600, first=2_500)
