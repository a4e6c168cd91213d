# SPDX-License-Identifier: Apache-2.0
"""Random expressions of the filter language, each with the bounds that the compiler will find.

The bounds decide what may be built of an expression as it stands and what needs `u64(...)`
first, so that nearly all of what is written compiles. `written` says whether a state may have
been written on some path: from then on nothing is built that might fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from lightexit.abi import IntType
from lightexit.compiler.typed import interval as bounds
from lightexit.compiler.typed.interval import I64, U64, Interval, is_exact, limits_of, point

T = TypeVar("T")

U8, U16, U32, UINT64 = UNSIGNED = tuple(IntType(f"u{bits}", bits) for bits in (8, 16, 32, 64))
I8, I16, I32, INT64 = SIGNED = tuple(
    IntType(f"i{bits}", bits, signed=True) for bits in (8, 16, 32, 64)
)

#: 0, the ends of every width, and what lies beside them.
EDGES = tuple(
    sorted({n for k in (0, 1, 2, 3, 7, 8, 15, 16, 31, 32, 33, 63, 64) for n in (2**k - 1, 2**k)})
)
_NAMED = (
    ("Code.FOUR", 4, False),
    ("Code.BIG", 2**40 + 1, False),
    ("LIMIT", 12, False),
    ("WIDE", 2**63 + 5, False),
    ("BELOW", -7, False),
    ("Mask.LOW", 1, True),
    ("(Mask.MID | Mask.HIGH)", 0x8000_0010, True),
    ("2**70", 2**70, False),
)
FIELDS = {
    "s.a": UINT64,
    "s.b": U32,
    "s.c": U16,
    "s.d": U8,
    "s.e": INT64,
    "s.f": I32,
    "s.g": I8,
    "s.one.count": U32,
    "s.one.drift": I8,
    "t.x": UINT64,
    "t.y": U8,
    "t.z": INT64,
    "w.inner.first.count": U32,
    "w.n": UINT64,
}
_ACCESS = {
    "ctx.offset": UINT64,
    "ctx.data": UINT64,
    "ctx.now_ns": UINT64,
    "ctx.vcpu": U32,
    "ctx.space": U8,
}
#: By place: length and type of an element.
ARRAYS = {
    "s.small": (10, U8),
    "s.words": (8, U32),
    "s.last": (5, UINT64),
    "s.one.steps": (3, U16),
    "s.deltas": (6, I16),
    "w.five": (5, U8),
    "w.inner.flags": (6, U8),
    "w.far": (3, INT64),
}
#: By name: length, what the elements lie in, and whether they are flags.
TABLES: dict[str, tuple[int, Interval, bool]] = {
    "TABLE": (10, limits_of(U16), False),
    "SIGNED": (5, Interval(-(2**33), 2**31), False),
    "FULL": (3, Interval(1, 2**64 - 1), False),
    "CODES": (4, Interval(0, 2**31), False),
    "MASKS": (2, Interval(1, 17), True),
    "TEXT": (16, Interval(ord(" "), ord("t")), False),
    "(7, 1, 2**20)": (3, Interval(1, 2**20), False),
}
TIMERS = {"s.timers": 3, "w.inner.timers": 2}
BOOLS = ("s.flag", "ctx.is_write", "t.on", "s.one.running", "w.inner.first.running")
#: The number of states that a filter has at least to name this one.
_STATE_OF = {"s": 1, "t": 2, "w": 3}
_COMPARE = ("<", "<=", ">", ">=", "==", "!=")


@dataclass(frozen=True)
class Number:
    """An expression and what is known of its value; `flag` as in the compiler's `Int`."""

    text: str
    bounds: Interval
    flag: bool = False

    @property
    def plain(self) -> Number:
        """The same, and no IntFlag."""
        return Number(f"int({self.text})", self.bounds) if self.flag else self


@dataclass
class Scope:
    """The locals that are assigned here: ints with their bounds, and the others by name."""

    ints: dict[str, Interval] = field(default_factory=dict)
    bools: list[str] = field(default_factory=list)
    timers: list[str] = field(default_factory=list)
    arrays: dict[str, tuple[int, IntType]] = field(default_factory=dict)

    def copy(self) -> Scope:
        """As it stands."""
        return Scope(dict(self.ints), list(self.bools), list(self.timers), dict(self.arrays))


class Expressions:
    """Writes expressions, in the order in which they are evaluated."""

    def __init__(self, random: Random, states: int = 3) -> None:
        self.random = random
        self.states = states
        self.scope = Scope()
        self.typed: dict[str, IntType] = {}
        self.written = False
        #: How many rounds all loops around make together.
        self.rounds = 1
        #: Within how many loops that are to write nothing.
        self.read_only = 0
        #: Whether the access size is looked at, which limits the answer.
        self.sized = random.random() < 0.2

    def pick(self, options: Iterable[str]) -> str:
        """One of several texts whose state is there."""
        known = [each for each in options if self.is_there(each)]
        return self.random.choice(known)

    def is_there(self, text: str) -> bool:
        """Whether a place lies in a state that the filter has."""
        return _STATE_OF.get(text.partition(".")[0], 0) <= self.states

    def chance(self, probability: float) -> bool:
        """True that often."""
        return self.random.random() < probability

    # Numbers

    def constant(self) -> Number:
        """An int: small, at an edge, negative, or by name."""
        kind = self.random.randrange(8)
        if kind == 0:
            text, value, flag = self.random.choice(_NAMED)
            return Number(text, point(value), flag)
        value = self.random.choice(EDGES) if kind < 4 else self.random.randrange(20)
        if kind == 7:
            return Number(f"({-value})", point(-value))
        return Number(str(value), point(value))

    def leaf(self) -> Number:
        """A field, a local or a constant."""
        if self.scope.ints and self.chance(0.45):
            name = self.random.choice(list(self.scope.ints))
            return Number(name, self.scope.ints[name])
        if self.chance(0.25):
            return self.constant()
        if self.scope.timers and self.chance(0.3):
            return self._part(self.random.choice(self.scope.timers))
        if self.sized and self.chance(0.1):
            return Number("ctx.size", limits_of(U8))
        table = _ACCESS if self.chance(0.3) else FIELDS
        name = self.pick(table)
        return Number(name, limits_of(table[name]))

    def _part(self, timer: str) -> Number:
        """One of the numbers of a `Timer`."""
        name, kind = self.random.choice((("count", U32), ("count", U32), ("drift", I8)))
        return Number(f"{timer}.{name}", limits_of(kind))

    def number(self, depth: int) -> Number:
        """Any int, of any width."""
        if depth <= 0:
            return self.leaf()
        return self.random.choices(*weighted(_NUMBERS))[0](self, depth)

    def exact(self, depth: int) -> Number:
        """An int of which 64 bits tell the value."""
        value = self.number(depth)
        if is_exact(value.bounds):
            return value
        return self.wrap(value, self.random.choice((UINT64, INT64)))

    def natural(self, depth: int) -> Number:
        """An int of 0 to 2**64 - 1."""
        value = self.number(depth)
        if value.bounds.within(U64):
            return value
        return self.wrap(value, self.random.choice((UINT64, UINT64, U32, U8)))

    def wrap(self, value: Number, kind: IntType) -> Number:
        """Its low bits."""
        limits = limits_of(kind)
        within = value.bounds if value.bounds.within(limits) else limits
        if self.chance(0.2) and not value.flag and not kind.signed:
            return Number(f"({value.text} & {limits.hi:#x})", bounds.bit_and(value.bounds, limits))
        return Number(f"{kind}({value.text})", within, value.flag and not kind.signed)

    def converted(self, depth: int) -> Number:
        """Its low bits, be it of that type or not."""
        return self.wrap(self.number(depth - 1), self.random.choice((*UNSIGNED, *SIGNED, *SIGNED)))

    def fitting(self, kind: IntType, depth: int) -> str:
        """An int that fits a field."""
        value = self.number(depth)
        fits = value.bounds.within(limits_of(kind))
        return value.text if fits else self.wrap(value, kind).text

    def any_sum(self, depth: int) -> Number:
        """`+` or `-`."""
        left, right = self.number(depth - 1), self.number(depth - 1)
        sign, limits = self.random.choice((("+", bounds.add), ("-", bounds.subtract)))
        return Number(f"({left.text} {sign} {right.text})", limits(left.bounds, right.bounds))

    def product(self, depth: int) -> Number:
        """`*`."""
        left, right = self.some_side(depth), self.some_side(depth)
        limits = bounds.multiply(left.bounds, right.bounds)
        return Number(f"({left.text} * {right.text})", limits)

    def quotient(self, depth: int) -> Number:
        """`//`."""
        left, right = self.exact(depth - 1), self.divisor(depth - 1)
        limits = bounds.floor_divide(left.bounds, right.bounds)
        return Number(f"({left.text} // {right.text})", limits)

    def rest(self, depth: int) -> Number:
        """`%`."""
        left, right = self.exact(depth - 1), self.divisor(depth - 1)
        return Number(f"({left.text} % {right.text})", bounds.modulo(left.bounds, right.bounds))

    def shift(self, depth: int) -> Number:
        """`<<` or `>>`."""
        if self.chance(0.5):
            left, count = self.some_side(depth), self.count(depth - 1)
            limits = bounds.shift_left(left.bounds, count.bounds)
            return Number(f"({left.text} << {count.text})", limits)
        left, count = self.exact(depth - 1), self.count(depth - 1)
        limits = bounds.shift_right(left.bounds, count.bounds)
        return Number(f"({left.text} >> {count.text})", limits)

    def bitwise(self, depth: int) -> Number:
        """`&`, `|` or `^`."""
        left, right = self.some_side(depth), self.some_side(depth)
        signs = {"&": bounds.bit_and, "|": bounds.bit_or, "^": bounds.bit_xor}
        sign = self.random.choice("&|^")
        if min(left.bounds.lo, right.bounds.lo) < 0:
            left, right = left.plain, right.plain
        limits = signs[sign](left.bounds, right.bounds)
        return Number(f"({left.text} {sign} {right.text})", limits, left.flag or right.flag)

    def unary(self, depth: int) -> Number:
        """`~`, `-` or `+`."""
        value = self.number(depth - 1).plain
        kind = self.random.randrange(4)
        if kind == 0:
            return Number(f"(+{value.text})", value.bounds)
        if kind == 1:
            return Number(f"(~{value.text})", bounds.invert(value.bounds))
        return Number(f"(-{value.text})", bounds.negate(value.bounds))

    def below(self, depth: int) -> Number:
        """An int below 0."""
        value = self.natural(depth)
        if value.bounds.hi >= 2**63:
            value = self.wrap(value, U32)
        return Number(f"(-1 - {value.text})", bounds.subtract(point(-1), value.bounds))

    def some_side(self, depth: int) -> Number:
        """An operand, now and then one below 0."""
        return self.below(depth - 1) if self.chance(0.2) else self.number(depth - 1)

    def extreme(self, depth: int) -> Number:
        """`min` or `max` of two or three."""
        values = [self.some_side(depth) for _ in range(self.random.choice((2, 2, 3)))]
        values = [value if is_exact(value.bounds) else self.wrap(value, UINT64) for value in values]
        whole = values[0].bounds
        for value in values[1:]:
            whole = whole.union(value.bounds)
        if not is_exact(whole):
            kind = self.random.choice((UINT64, INT64))
            values = [self.wrap(value, kind) for value in values]
        sign, meet = self.random.choice((("min", bounds.minimum), ("max", bounds.maximum)))
        limits = values[0].bounds
        for value in values[1:]:
            limits = meet(limits, value.bounds)
        texts = ", ".join(value.text for value in values)
        return Number(f"{sign}({texts})", limits, any(value.flag for value in values))

    def chosen(self, depth: int) -> Number:
        """`x if c else y`."""
        condition = self.truth(depth - 1)
        then, orelse = self.number(depth - 1), self.number(depth - 1)
        text = f"({then.text} if {condition} else {orelse.text})"
        return Number(text, then.bounds.union(orelse.bounds), then.flag or orelse.flag)

    def called(self, depth: int) -> Number:
        """A function or method of ints."""
        kind = self.random.randrange(5)
        if kind == 0:
            return Number(f"int({self.truth(depth - 1)})", Interval(0, 1))
        if kind == 1:
            value = self.exact(depth - 1)
            low, high = value.bounds.lo, value.bounds.hi
            top = max(abs(low), abs(high))
            limits = value.bounds if low >= 0 else Interval(0, top)
            return Number(f"abs({value.text})", limits, value.flag and low >= 0)
        if kind == 2:
            value = self.natural(depth - 1)
            name = self.random.choice(("bit_length", "bit_count"))
            return Number(f"({value.text}).{name}()", U64)
        if kind == 3:
            if self.chance(0.3):
                table = self.pick(TABLES)
                return Number(f"len({table})", point(TABLES[table][0]))
            array = self.pick(ARRAYS)
            return Number(f"len({array})", point(ARRAYS[array][0]))
        value = self.number(depth - 1)
        return Number(f"int({value.text})", value.bounds)

    def muldiv(self, depth: int) -> Number:
        """`muldiv64`, whose code is too long for loops unless two of three are constant."""
        first, second = self.natural(depth - 1), self.natural(0)
        if self.rounds > 1 or self.chance(0.8):
            text = f"muldiv64({first.text}, {self.random.choice((3, 1000, 2**32))}, 1_193_182)"
        else:
            text = f"muldiv64({first.text}, {second.text}, {self.divisor_above_0(0).text})"
        return Number(text, U64)

    def element(self, depth: int) -> Number:
        """An element of an array of ints."""
        arrays = {**ARRAYS, **self.scope.arrays}
        array = self.pick(arrays)
        length, kind = arrays[array]
        return Number(f"{array}[{self.index(length, depth - 1)}]", limits_of(kind))

    def of_table(self, depth: int) -> Number:
        """An element of a constant table."""
        table = self.pick(TABLES)
        length, limits, flag = TABLES[table]
        index = self.table_index(length, depth - 1)
        if index.isdigit():
            return Number(f"int({table}[{index}])", limits)
        return Number(f"{table}[{index}]", limits, flag)

    def truth_of_table(self, depth: int) -> str:
        """An element of a table of bools."""
        return f"TRUTHS[{self.table_index(5, depth - 1)}]"

    def table_index(self, length: int, depth: int) -> str:
        """An index that is not below 0; surely within once it must be."""
        last = Interval(0, length - 1)
        near = [name for name, limits in self.scope.ints.items() if limits.within(last)]
        if near and self.chance(0.4):
            return self.random.choice(near)
        value = self.natural(depth)
        if value.bounds.within(last) or (value.bounds.lo < length and self._may_miss()):
            return value.text
        return self.within(value, length)

    def of_timer(self, depth: int) -> Number:
        """A field of a struct: of an array, of one of two, of what a helper returns."""
        return self._part(self.timer(depth))

    def timer(self, depth: int) -> str:
        """A reference to a `Timer`."""
        kind = self.random.randrange(6)
        if kind == 0:
            return f"pick(s, {self.natural(depth - 1).text})"
        if kind == 1 and depth > 0:
            condition = self.truth(depth - 1)
            then, orelse = self.timer(0), self.timer(0)
            return f"({then} if {condition} else {orelse})"
        if kind == 2 and self.scope.timers:
            return self.random.choice(self.scope.timers)
        if kind == 3:
            return "s.one"
        array = self.pick(TIMERS)
        return f"{array}[{self.index(TIMERS[array], depth - 1)}]"

    def cell(self, depth: int) -> Number:
        """An element of an array of arrays."""
        if self.states < 3:
            return self.element(depth)
        row = self.index(3, depth - 1)
        return Number(f"w.grid[{row}][{self.index(5, depth - 1)}]", limits_of(U16))

    def helped(self, depth: int) -> Number:
        """A call of a helper, or of a method, that changes nothing."""
        value = self.natural(depth - 1)
        options = (
            (f"clamp({value.text}, 3, {self.leaf_natural().text})", U64),
            (f"search(s, {value.text})", U64),
            (f"scaled({value.text})", U64),
            (f"scaled({value.text}, offset=7)", U64),
            (f"scaled(offset=2, by=-5, value={value.text})", U64),
            (f"total({self.pick(('s.small', 'w.five'))})", U64),
            (f"below({value.text})", Interval(-255, 0)),
            (f"down({value.text})", U64),
            (f"last_of({value.text})", U64),
            (f"s.one.until({value.text})", limits_of(U32)),
            (f"turned({self.fitting(INT64, depth - 1)})", U64),
            (f"apart({value.text}, {self.leaf_natural().text})", I64),
            (f"apart({value.text})", I64),
            (f"drifted({self.fitting(I32, depth - 1)}, {self.fitting(I8, 0)})", I64),
        )
        text, limits = self.random.choice(options)
        return Number(text, limits)

    def leaf_natural(self) -> Number:
        """A leaf of 0 to 2**64 - 1."""
        return self.natural(0)

    def counted(self, depth: int) -> Number:
        """A call that writes a state."""
        if self.read_only:
            return self.number(depth - 1)
        timer, value = self.timer(0), self.natural(depth - 1)
        self.written = True
        options = (f"{timer}.tick({value.text})", f"{timer}.tick(by={value.text})", "bump(s)")
        return Number(self.random.choice(options), limits_of(U32))

    # What must lie within limits

    def divisor(self, depth: int) -> Number:
        """An int of 64 bits that is no constant 0; surely none once it must not be 0."""
        kind = self.random.randrange(6)
        if kind < 3:
            return self.divisor_above_0(depth)
        if kind == 3:
            return self.below(depth)
        value = self.exact(depth) if kind == 4 else Number("0", point(0))
        if not self.written and not value.bounds.is_point:
            crosses = value.bounds.lo < 0 <= value.bounds.hi
            return value if crosses else self.wrap(value, self.random.choice(SIGNED))
        constant = self.random.choice((1, 1, 2, 3, 7, 8, 100, 2**31, 2**62, 2**63))
        return Number(f"({-constant})", point(-constant))

    def divisor_above_0(self, depth: int) -> Number:
        """An int of 0 to 2**64 - 1 that is no constant 0; surely above it once it must be."""
        value = self.natural(depth)
        loose = not self.written and not value.bounds.is_point
        if value.bounds.lo > 0 or (loose and self.chance(0.5)):
            return value
        kind = self.random.randrange(4)
        if kind == 0:
            return Number(f"({value.plain.text} | 1)", bounds.bit_or(value.bounds, point(1)))
        if kind == 1:
            return Number(f"max({value.text}, 1)", bounds.maximum(value.bounds, point(1)))
        if kind == 2:
            most = self.random.choice((9, 16, 1000))
            limits = bounds.add(bounds.modulo(value.bounds, point(most)), point(1))
            return Number(f"({value.text} % {most} + 1)", limits)
        constant = self.random.choice((1, 2, 3, 5, 7, 10, 64, 1000, 2**32, 2**63, 2**64 - 1))
        return Number(str(constant), point(constant))

    def count(self, depth: int) -> Number:
        """How far to shift: not far, for Python's sake."""
        value = self.natural(depth)
        if value.bounds.hi < 200:
            return value
        options = (
            Number(f"({value.text} & 63)", Interval(0, 63)),
            Number(f"u8({value.text})", limits_of(U8)),
            Number(f"({value.text} % 70)", Interval(0, 69)),
            Number("3", point(3)),
            Number("63", point(63)),
            Number("64", point(64)),
        )
        return self.random.choice(options)

    def index(self, length: int, depth: int) -> str:
        """An index; surely within once it must be."""
        last = length - 1
        near = [
            name
            for name, limits in self.scope.ints.items()
            if limits.within(Interval(0, last)) or (not self.written and limits.within(_NEAR))
        ]
        if near and self.chance(0.4):
            return self.random.choice(near)
        value = self.exact(depth)
        meets = value.bounds.meet(0, last) is not None
        if value.bounds.within(Interval(0, last)) or (meets and self._may_miss()):
            return value.text
        if not value.bounds.within(U64):
            value = self.wrap(value, UINT64)
        if meets and not self.written and self.chance(0.2):
            return f"{value.text} % {length + 1}"
        return self.within(value, length)

    def _may_miss(self) -> bool:
        return not self.written and self.chance(0.3)

    def within(self, value: Number, length: int) -> str:
        """`value`, of at least 0, made an index in a way that the compiler can follow."""
        last = length - 1
        mask = (1 << length.bit_length() - 1) - 1
        kind = self.random.randrange(6)
        if kind == 0:
            return str(self.random.randrange(length))
        if kind == 1:
            return f"min({value.text}, {last})"
        if kind == 2:
            return f"{value.text} & {mask}"
        if kind == 3:
            return f"({value.text} & {mask}) + {last - mask}"
        if kind == 4:
            return f"{last} - {value.text} % {length}"
        return f"{value.text} % {length}"

    # Truths

    def truth(self, depth: int) -> str:
        """A bool."""
        if depth <= 0:
            return self.random.choice([self.pick(BOOLS), *self.scope.bools])
        return self.random.choices(*weighted(_TRUTHS))[0](self, depth)

    def compared(self, depth: int) -> str:
        """Two ints of 64 bits, of any sign."""
        left, right = self.exact(depth - 1), self.exact(depth - 1)
        return f"({left.text} {self.random.choice(_COMPARE)} {right.text})"

    def compared_sum(self, depth: int) -> str:
        """A sum or difference that needs more than 64 bits, and an int."""
        left, right = self.exact(depth - 1), self.exact(0)
        sign, sides = self.random.choice("+-"), f"{self.random.choice(_COMPARE)}"
        return f"({left.text} {sign} {right.text} {sides} {self.exact(depth - 1).text})"

    def compared_chain(self, depth: int) -> str:
        """`a <= b < c`."""
        parts = [self.exact(depth - 1 if n == 1 else 0).text for n in range(3)]
        first, second = self.random.choice(_COMPARE), self.random.choice(_COMPARE)
        return f"({parts[0]} {first} {parts[1]} {second} {parts[2]})"

    def member(self, depth: int) -> str:
        """`x in (1, 2)`."""
        value, sign = self.exact(depth - 1), self.random.choice(("in", "not in"))
        members = self.random.choice(("(1, 4, 2**40)", "(0,)", "(-1, Code.FOUR, 255)", "(1, 4)"))
        return f"({value.text} {sign} {members})"

    def logic(self, depth: int) -> str:
        """`and`, `or` of two or three."""
        sign = self.random.choice((" and ", " or "))
        return f"({sign.join(self.truth(depth - 1) for _ in range(self.random.choice((2, 3))))})"

    def bitwise_truth(self, depth: int) -> str:
        """`&`, `|`, `^` of bools."""
        left, right = self.truth(depth - 1), self.truth(depth - 1)
        return f"({left} {self.random.choice('&|^')} {right})"

    def negated(self, depth: int) -> str:
        """`not`."""
        return f"(not {self.truth(depth - 1)})"

    def as_bool(self, depth: int) -> str:
        """`bool` of an int."""
        return f"bool({self.exact(depth - 1).text})"

    def chosen_truth(self, depth: int) -> str:
        """`x if c else y` of bools."""
        condition = self.truth(depth - 1)
        return f"({self.truth(0)} if {condition} else {self.truth(0)})"

    def overflow(self, depth: int) -> str:
        """What authors write to see a product overflow, and LLVM knows by heart."""
        value, by = self.natural(depth - 1), self.natural(0)
        return f"({value.text} > {2**64 - 1} // max({by.text}, 1))"

    def flag_of(self, depth: int) -> str:
        """A bool of a struct that is reached by a reference."""
        return f"{self.timer(depth - 1)}.running"


_NEAR = Interval(-4, 20)
_NUMBERS: dict[Callable[[Expressions, int], Number], int] = {
    lambda fn, depth: fn.leaf(): 4,
    Expressions.any_sum: 5,
    Expressions.product: 2,
    Expressions.quotient: 2,
    Expressions.rest: 2,
    Expressions.shift: 3,
    Expressions.bitwise: 3,
    Expressions.unary: 2,
    Expressions.below: 1,
    Expressions.extreme: 2,
    Expressions.chosen: 2,
    Expressions.called: 2,
    Expressions.converted: 2,
    Expressions.muldiv: 1,
    Expressions.element: 4,
    Expressions.of_table: 2,
    Expressions.cell: 1,
    Expressions.of_timer: 2,
    Expressions.helped: 1,
    Expressions.counted: 1,
}
_TRUTHS: dict[Callable[[Expressions, int], str], int] = {
    lambda fn, depth: fn.truth(0): 2,
    Expressions.compared: 5,
    Expressions.compared_sum: 2,
    Expressions.compared_chain: 2,
    Expressions.member: 2,
    Expressions.logic: 2,
    Expressions.bitwise_truth: 1,
    Expressions.negated: 1,
    Expressions.as_bool: 1,
    Expressions.chosen_truth: 1,
    Expressions.overflow: 1,
    Expressions.flag_of: 1,
    Expressions.truth_of_table: 1,
}


def weighted(table: dict[T, int]) -> tuple[list[T], list[int]]:
    """A table of weights, as `choices` takes it."""
    return list(table), list(table.values())
