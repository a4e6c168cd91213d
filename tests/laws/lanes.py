# SPDX-License-Identifier: Apache-2.0
"""The verifier's own code on many operands at once.

`Lanes` stands for as many integers as an array holds and answers to what `bounds.py` does with one.
Where the code asks which way to go and the lanes disagree, `Split` says so: `in_lanes` then runs
it once for those that go one way and once for the others. Nothing is written a second time.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from lightexit.verifier import bounds
from lightexit.verifier.bounds import Bounds

Array = Any  # numpy's: its stubs know no "array of numbers or of truths"


class Split(Exception):  # noqa: N818 - a way to go, not an error
    """Lanes disagree on a condition."""

    def __init__(self, condition: Array) -> None:
        self.condition = condition


def _values(x: Any) -> Any:
    return x.values if isinstance(x, Lanes) else x


def _operator(function: Callable[[Any, Any], Any]) -> Any:
    return lambda self, other: Lanes(function(self.values, _values(other)))


def _reflected(function: Callable[[Any, Any], Any]) -> Any:
    return lambda self, other: Lanes(function(_values(other), self.values))


class Lanes:
    """Integers side by side, of which each does what an int does."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, values: Array) -> None:
        self.values = values

    __add__, __radd__ = _operator(np.add), _reflected(np.add)
    __sub__, __rsub__ = _operator(np.subtract), _reflected(np.subtract)
    __mul__, __rmul__ = _operator(np.multiply), _reflected(np.multiply)
    __floordiv__, __rfloordiv__ = _operator(np.floor_divide), _reflected(np.floor_divide)
    __lshift__, __rlshift__ = _operator(np.left_shift), _reflected(np.left_shift)
    __rshift__, __rrshift__ = _operator(np.right_shift), _reflected(np.right_shift)
    __and__, __rand__ = _operator(np.bitwise_and), _reflected(np.bitwise_and)
    __lt__, __le__ = _operator(np.less), _operator(np.less_equal)
    __gt__, __ge__ = _operator(np.greater), _operator(np.greater_equal)
    __eq__, __ne__ = _operator(np.equal), _operator(np.not_equal)

    def __neg__(self) -> Lanes:
        return Lanes(-self.values)

    def __abs__(self) -> Lanes:
        return Lanes(np.abs(self.values))

    def bit_length(self) -> Lanes:
        """Of each; none is below 0."""
        return Lanes(np.frexp(self.values)[1])

    def __bool__(self) -> bool:
        truth = self.values != 0
        if truth.all():
            return True
        if truth.any():
            raise Split(truth)
        return False


def _most(*numbers: Any) -> Any:
    return _extreme(builtins.max, np.maximum, numbers)


def _least(*numbers: Any) -> Any:
    return _extreme(builtins.min, np.minimum, numbers)


def _extreme(plain: Any, by_lanes: Any, numbers: tuple[Any, ...]) -> Any:
    given = numbers[0] if len(numbers) == 1 else numbers
    if not any(isinstance(x, Lanes) for x in given):
        return plain(given)
    result, *rest = map(_values, given)
    for x in rest:
        result = by_lanes(result, x)
    return Lanes(result)


@contextmanager
def by_lanes() -> Iterator[None]:
    """Within, `max` and `min` of bounds.py know lanes, which spares them from splitting."""
    bounds.max, bounds.min = _most, _least  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del bounds.max, bounds.min  # type: ignore[attr-defined]


Operation = Callable[[Bounds, Bounds, int], Bounds]


def in_lanes(operation: Operation, left: Bounds, rights: Array, width: int) -> Array:
    """The results (four rows) for one left operand and many right ones (four rows)."""
    results = np.empty_like(rights)
    todo = [np.arange(rights.shape[1])]
    while todo:
        chosen = todo.pop()
        part = rights if len(chosen) == rights.shape[1] else rights[:, chosen]
        try:
            result = operation(left, Bounds(*map(Lanes, part)), width)  # type: ignore[arg-type]
        except Split as split:
            todo += [chosen[split.condition], chosen[~split.condition]]
            continue
        for row, value in zip(results, result, strict=True):
            row[chosen] = _values(value)
    return results
