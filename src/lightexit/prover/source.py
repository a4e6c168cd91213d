# SPDX-License-Identifier: Apache-2.0
"""The author's function on symbolic values: its own code, with globals that know of them.

What a function of the filter language finds by name is itself, but for helpers, which run the same
way, and for what Python's own types insist on plain numbers for: `int`, `bool`, `min`, `max`, the
integer types, tables, `muldiv64` and `full_barrier`.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from traceback import extract_tb
from types import CellType, FunctionType
from typing import Any

from lightexit.abi import IntType, full_barrier, is_inline, muldiv64
from lightexit.compiler.inference import arithmetic
from lightexit.compiler.typed.interval import Interval
from lightexit.prover.integers import (
    WORD,
    Number,
    SymbolicInt,
    UnsupportedError,
    lift,
    of_bits,
    select,
    truth,
    truth_on_path,
)
from lightexit.prover.paths import Run
from lightexit.prover.proxies import Table


class Rebinder:
    """Makes functions of the filter language run on symbolic values, for one run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._own: dict[int, Any] = {
            id(builtins.int): self._int,
            id(builtins.bool): self._bool,
            id(builtins.min): self._least,
            id(builtins.max): self._greatest,
            id(muldiv64): self._muldiv64,
            id(full_barrier): lambda: None,
        }
        self._made: dict[int, Any] = {}

    def __call__(self, value: Any) -> Any:
        """What a name's value is replaced by: mostly itself."""
        if id(value) in self._own:
            return self._own[id(value)]
        if id(value) not in self._made:
            self._made[id(value)] = self._replacement(value), value
        return self._made[id(value)][0]

    def _replacement(self, value: Any) -> Any:
        if isinstance(value, IntType):
            return lambda number: self.converted(value, number)
        if isinstance(value, tuple | bytes) and all(isinstance(each, int) for each in value):
            return Table(self._run, value)
        if isinstance(value, FunctionType) and is_inline(value):
            return self.function(value)
        return value

    def function(self, function: FunctionType) -> Callable[..., Any]:
        """The same code, with other globals."""
        closure = function.__closure__ and tuple(
            CellType(self(cell.cell_contents)) for cell in function.__closure__
        )
        rebound = FunctionType(
            function.__code__.replace(),
            _Globals(function.__globals__, self),
            function.__name__,
            function.__defaults__,
            closure,
        )
        rebound.__kwdefaults__ = function.__kwdefaults__
        return rebound

    def converted(self, kind: IntType, value: Number) -> Number:
        """`u8(x)` and the like."""
        number = lift(self._run, value)
        if kind.minimum <= number.lo and number.hi <= kind.maximum:
            return number + 0 if number.condition is not None else number
        word = number.bits(kind.bits)
        return of_bits(self._run, word, kind.minimum, kind.maximum, is_signed=kind.signed)

    def _int(self, value: Number = 0) -> Number:
        return +value if isinstance(value, SymbolicInt) else int(value)

    def _bool(self, value: Number = False) -> Any:
        return value != 0 if isinstance(value, SymbolicInt) else bool(value)

    def _least(self, *values: Number) -> Number:
        return self._best(values, lambda a, b: a < b, min)

    def _greatest(self, *values: Number) -> Number:
        return self._best(values, lambda a, b: a > b, max)

    def _best(
        self,
        values: tuple[Number, ...],
        better: Callable[[SymbolicInt, SymbolicInt], Any],
        bound: Callable[[int, int], int],
    ) -> Number:
        best = lift(self._run, values[0])
        for each in values[1:]:
            other = lift(self._run, each)
            lo, hi = bound(best.lo, other.lo), bound(best.hi, other.hi)
            chosen = select(truth(better(other, best)), other, best)
            best = SymbolicInt(self._run, lo, hi, chosen.bits, chosen.condition)
        return best

    def _natural(self, value: Number) -> SymbolicInt:
        """A number of 0 to 2**64 - 1: those functions are exact for no other."""
        number = +lift(self._run, value)
        if truth_on_path(number < 0) or truth_on_path(number > _U64.maximum):
            raise UnsupportedError("muldiv64 of a number below 0 or of more than 64 bits")
        bounds = max(number.lo, 0), min(number.hi, _U64.maximum)
        return SymbolicInt(self._run, *bounds, number.bits)

    def _muldiv64(self, a: Number, b: Number, divisor: Number) -> Number:
        """By the function of the filter language that is exact for these (proved in
        tests/prover/test_lemmas.py): the quotient of 128 bits is no more than that to z3."""
        x, y, c = (self._natural(each) for each in (a, b, divisor))
        if truth_on_path(c == 0):
            raise ZeroDivisionError("division by zero")
        if x.lo == x.hi and y.lo == y.hi and c.lo == c.hi:
            return muldiv64(x.lo, y.lo, c.lo)
        if x.hi < y.hi:
            x, y = y, x
        chosen = arithmetic.choose(*(Interval(each.lo, each.hi) for each in (x, y, c)))
        result: Number = self.function(chosen)(x, y, c)  # type: ignore[arg-type]
        return self.converted(_U64, result)


_U64 = IntType("u64", WORD)


def at_line(error: BaseException, function: FunctionType) -> str:
    """The innermost line of the author's file that an exception came through; "" for none."""
    file = function.__code__.co_filename
    lines = [each.lineno for each in extract_tb(error.__traceback__) if each.filename == file]
    return f" ({file}:{lines[-1]})" if lines else ""


class _Globals(dict[str, Any]):
    """A module's globals, each looked up through a rebinder."""

    def __init__(self, names: dict[str, Any], rebind: Rebinder) -> None:
        super().__init__(__builtins__=builtins)
        self._names, self._rebind = names, rebind

    def __getitem__(self, name: str) -> Any:
        if name in self._names:
            return self._rebind(self._names[name])
        if hasattr(builtins, name):
            return self._rebind(getattr(builtins, name))
        raise KeyError(name)
