# SPDX-License-Identifier: Apache-2.0
"""What Python raises on symbolic values is no proof, and is told with its line."""

from __future__ import annotations

from collections.abc import Callable
from inspect import unwrap
from typing import Any

import pytest

from lightexit.abi import IoContext, Verdict
from prover.subjects import Lamp, level

pytest.importorskip("z3", reason="z3 is not installed (extra prove)")
from lightexit.prover.proof import UNKNOWN, Proof, prove


def unknown(function: Callable[..., Any]) -> Proof:
    found = prove(unwrap(function), level.program, [Lamp])
    assert (found.verdict, found.limit) == (UNKNOWN, "")
    return found


def raising(ctx: IoContext, lamp: Lamp) -> Verdict:
    if type(lamp.level) is not int:
        raise TypeError("plain numbers only")
    return level(ctx, lamp)


def deep(ctx: IoContext, lamp: Lamp) -> Verdict:
    return level(ctx, lamp) if type(lamp.level) is int else deep(ctx, lamp)


@pytest.mark.parametrize(
    ("function", "reason", "line"),
    [
        (raising, "TypeError: plain numbers only", 2),
        (deep, "RecursionError", 1),
    ],
)
def test_what_python_raises_on_symbolic_values(
    function: Callable[..., Any], reason: str, line: int
) -> None:
    found = unknown(function)
    first = function.__code__.co_firstlineno
    assert found.reason.startswith("not shown: ")
    assert reason in found.reason
    assert found.reason.endswith(f" ({__file__}:{first + line})")


def wide(ctx: IoContext, lamp: Lamp) -> Verdict:
    if ctx.is_write:
        return Verdict.PASS
    ctx.data = (1 << (lamp.level + 4096)) and lamp.level >> (lamp.dim & 7)
    return Verdict.HANDLED


def test_what_is_not_modelled_is_named_with_its_line() -> None:
    found = unknown(wide)
    assert found.reason.startswith("a shift to the left by more than ")
    assert found.reason.endswith(f" ({__file__}:{wide.__code__.co_firstlineno + 3})")
