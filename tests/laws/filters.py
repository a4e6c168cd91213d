# SPDX-License-Identifier: Apache-2.0
"""Random filters in the filter language, as Python source.

They read and write two states and the context, call helpers, loop, divide by what may be zero
and index by what may be out of range. Most are accepted by the compiler; none may kill it.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable
from enum import IntEnum, IntFlag
from random import Random
from types import FunctionType
from typing import Any

from lightexit.abi import Array, IoContext, Struct, Verdict, array, inline, muldiv64
from lightexit.abi import types as widths


class Timer(Struct):
    """A part of the state, three of which stand in an array."""

    count: widths.u32
    running: bool
    steps: Array[widths.u16] = array(widths.u16, 3)

    @inline
    def tick(self, by: widths.u64) -> widths.u32:
        """Count on, or not."""
        if not self.running:
            return self.count
        self.count = widths.u32(self.count + by)
        return self.count


class Main(Struct):
    """The first state."""

    a: widths.u64
    b: widths.u32
    c: widths.u16
    d: widths.u8
    flag: bool
    small: Array[widths.u8] = array(widths.u8, 10)
    words: Array[widths.u32] = array(widths.u32, 8)
    timers: Array[Timer] = array(Timer, 3)
    one: Timer
    last: Array[widths.u64] = array(widths.u64, 5)


class Other(Struct):
    """The second state."""

    x: widths.u64
    y: widths.u8
    on: bool


class Code(IntEnum):
    """Constants by name."""

    ZERO = 0
    FOUR = 4
    BIG = 2**40 + 1


class Mask(IntFlag):
    """Flags by name."""

    LOW = 1
    MID = 0x10
    HIGH = 0x8000_0000


LIMIT = 12
WIDE = 2**63 + 5

_PRELUDE = """from __future__ import annotations
from laws.filters import *
"""
_NAMES: dict[str, Any] = {
    "IoContext": IoContext,
    "Verdict": Verdict,
    "inline": inline,
    "muldiv64": muldiv64,
    "u8": widths.u8,
    "u16": widths.u16,
    "u32": widths.u32,
    "u64": widths.u64,
    "Main": Main,
    "Other": Other,
    "Timer": Timer,
    "Code": Code,
    "Mask": Mask,
    "LIMIT": LIMIT,
    "WIDE": WIDE,
}

_FIELDS = {"s.a": 64, "s.b": 32, "s.c": 16, "s.d": 8, "t.x": 64, "t.y": 8, "s.one.count": 32}
_ACCESS = ("ctx.offset", "ctx.data", "ctx.now_ns", "ctx.size", "ctx.vcpu", "ctx.space")
_ARRAYS = {"s.small": (10, 8), "s.words": (8, 32), "s.last": (5, 64), "s.one.steps": (3, 16)}
HELPERS = '''
@inline
def clamp(value: u64, low: u64, high: u64) -> u64:
    """Early returns."""
    if value < low:
        return low
    if value > high:
        return high
    return value

@inline
def split(value: u64, at: u8) -> tuple[u64, bool]:
    """Two results."""
    if at > 40:
        return value, True
    return value >> at, value & 1 == 1

@inline
def search(s: Main, wanted: u64) -> u64:
    """A return from within a loop."""
    for i in range(10):
        if s.small[i] == wanted & 3:
            return i
    return u64(wanted + 10)

@inline
def touch(s: Main, t: Other, value: u64) -> None:
    """An effect and no result."""
    if s.flag:
        t.y = u8(value)
        return
    s.c = u16(s.c + value)
'''


def build(source: str, name: str = "generated") -> FunctionType:
    """The function of that name in `source`, which stands where tracebacks find it."""
    file = f"<{name}-{hash(source):x}>"
    text = _PRELUDE + source
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    namespace = dict(_NAMES)
    body = text.replace("from laws.filters import *\n", "\n")
    exec(compile(body, file, "exec"), namespace)
    function = namespace[name]
    assert isinstance(function, FunctionType)
    return function


def random_filter(random: Random) -> str:
    """The source of a filter named `generated` and of the helpers that it may call."""
    return HELPERS + _Writer(random).filter()


class _Writer:
    """Writes one filter; keeps track of which locals are assigned where it stands."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.lines: list[str] = []
        self.indent = 1
        self.ints: list[str] = []
        self.bools: list[str] = []
        self.rings: list[str] = []
        self.timers: list[str] = []
        self.loops = 0
        self.fresh = 0

    def filter(self) -> str:
        self.lines = ["def generated(ctx: IoContext, s: Main, t: Other) -> Verdict:"]
        size = self.random.choice((1, 1, 2, 2, 3, 8))
        for _ in range(self.random.randrange(1, size + 2)):
            self.assign_new()
        for _ in range(size):
            self.statement(min(size, 2))
        self.put(f"ctx.data = {self.wrapped(64, 2)}")
        self.put("return Verdict.HANDLED")
        return "\n".join(self.lines) + "\n"

    def put(self, line: str) -> None:
        self.lines.append("    " * self.indent + line)

    def name(self, prefix: str) -> str:
        self.fresh += 1
        return f"{prefix}{self.fresh}"

    def choose(self, options: list[Callable[[], str]]) -> str:
        return self.random.choice(options)()

    # Expressions: `number` fits 64 bits, `ring` may be any integer, `truth` is a bool.

    def constant(self) -> str:
        pick = self.random.choice
        value = pick(
            (0, 1, 2, 3, 7, 8, 63, 64, 255, 256, 65535, 2**31, 2**32 - 1, 2**63, 2**64 - 1)
        )
        named = ("Code.FOUR", "Code.BIG", "Mask.LOW", "Mask.MID | Mask.HIGH", "LIMIT", "WIDE")
        if self.random.random() < 0.2:
            return f"({pick(named)})"
        return str(value if self.random.random() < 0.5 else self.random.randrange(20))

    def leaf(self) -> str:
        pool = [*_FIELDS, *_ACCESS, *self.ints * 2, *(f"{each}.count" for each in self.timers)]
        return self.random.choice(pool) if self.random.random() < 0.75 else self.constant()

    def element(self, depth: int) -> str:
        name = self.random.choice(list(_ARRAYS))
        return f"{name}[{self.index(_ARRAYS[name][0], depth)}]"

    def index(self, length: int, depth: int) -> str:
        number = self.number(depth - 1)
        within = (
            f"{number} % {length}",
            f"{number} & {length - 1}",
            f"min({number}, {length - 1})",
        )
        loose = (number, f"{number} & 15", str(self.random.randrange(length)))
        return self.random.choice(within if self.random.random() < 0.7 else loose)

    def number(self, depth: int) -> str:
        if depth <= 0:
            return self.leaf()
        deeper, pick = depth - 1, self.random.choice
        return self.choose(
            [
                self.leaf,
                lambda: self.element(depth),
                lambda: f"s.timers[{self.index(3, depth)}].count",
                lambda: self.wrapped(self.random.choice((8, 16, 32, 64)), depth),
                lambda: self.wrapped(64, depth),
                lambda: f"({self.ring(deeper)} & {self.random.choice((1, 7, 255, 2**32 - 1))})",
                lambda: f"({self.number(deeper)} // {self.divisor(deeper)})",
                lambda: f"({self.number(deeper)} % {self.divisor(deeper)})",
                lambda: f"({self.number(deeper)} >> {self.count(deeper)})",
                lambda: f"({self.number(deeper)} {self.bitwise()} {self.number(deeper)})",
                lambda: (
                    f"{self.random.choice(('min', 'max'))}"
                    f"({self.number(deeper)}, {self.number(deeper)})"
                ),
                lambda: (
                    f"muldiv64({self.number(deeper)}, {self.number(deeper)}, "
                    f"{self.divisor(deeper)})"
                ),
                lambda: (
                    f"({self.number(deeper)} if {self.truth(deeper)} else {self.number(deeper)})"
                ),
                lambda: f"int({self.truth(deeper)})",
                lambda: f"abs({self.signed(deeper)})",
                lambda: f"u64({self.signed(deeper)} >> {self.count(deeper)})",
                lambda: f"clamp({self.number(deeper)}, {self.number(deeper)}, {self.number(0)})",
                lambda: f"search(s, {self.number(deeper)})",
                lambda: f"{self.wrapped(32, depth)}.{pick(('bit_length', 'bit_count'))}()",
                lambda: f"s.one.tick({self.number(deeper)})",
                lambda: f"s.timers[{self.index(3, deeper)}].tick(by={self.number(deeper)})",
            ]
        )

    def wrapped(self, bits: int, depth: int) -> str:
        return f"u{bits}({self.ring(depth - 1)})"

    def bitwise(self) -> str:
        return self.random.choice("&|^")

    def divisor(self, depth: int) -> str:
        number = self.number(depth)
        return self.random.choice((number, f"({number} | 1)", f"max({number}, 1)", "10", "1000"))

    def count(self, depth: int) -> str:
        number = self.number(depth)
        return self.random.choice(
            (f"({number} & 63)", f"u8({number})", f"({number} % 70)", "3", "64")
        )

    def signed(self, depth: int) -> str:
        return f"({self.wrapped(32, depth)} - {self.wrapped(32, depth)})"

    def ring(self, depth: int) -> str:
        if depth <= 0:
            return self.random.choice([self.leaf(), *self.rings])
        deeper = depth - 1
        return self.choose(
            [
                lambda: self.number(depth),
                lambda: f"({self.ring(deeper)} + {self.ring(deeper)})",
                lambda: f"({self.ring(deeper)} - {self.ring(deeper)})",
                lambda: f"({self.ring(deeper)} * {self.ring(deeper)})",
                lambda: f"({self.number(deeper)} * {self.number(deeper)})",
                lambda: f"({self.ring(deeper)} << {self.count(deeper)})",
                lambda: f"({self.ring(deeper)} {self.bitwise()} {self.ring(deeper)})",
                lambda: f"~{self.wrapped(64, deeper)}",
                lambda: f"-{self.number(deeper)}",
                lambda: f"({self.ring(deeper)} if {self.truth(deeper)} else {self.ring(deeper)})",
            ]
        )

    def truth(self, depth: int) -> str:
        if depth <= 0:
            return self.random.choice(
                ["s.flag", "ctx.is_write", "t.on", "s.one.running", *self.bools]
            )
        deeper = depth - 1
        compare = ("<", "<=", ">", ">=", "==", "!=")
        return self.choose(
            [
                lambda: self.truth(0),
                lambda: (
                    f"({self.number(deeper)} {self.random.choice(compare)} {self.number(deeper)})"
                ),
                lambda: f"({self.number(deeper)} {self.random.choice(compare)} {self.constant()})",
                lambda: (
                    f"({self.number(deeper)} + {self.number(0)} {self.random.choice(compare)} "
                    f"{self.number(deeper)})"
                ),
                lambda: (
                    f"({self.number(deeper)} - {self.number(0)} {self.random.choice(compare)} "
                    f"{self.number(deeper)})"
                ),
                lambda: (
                    f"({self.signed(deeper)} {self.random.choice(compare)} {self.signed(deeper)})"
                ),
                lambda: f"({self.number(0)} <= {self.number(deeper)} < {self.number(0)})",
                lambda: (
                    f"({self.number(deeper)} {self.random.choice(('in', 'not in'))} (1, 4, 2**40))"
                ),
                lambda: (
                    f"({self.truth(deeper)} {self.random.choice(('and', 'or'))} "
                    f"{self.truth(deeper)})"
                ),
                lambda: f"({self.truth(deeper)} {self.bitwise()} {self.truth(deeper)})",
                lambda: f"(not {self.truth(deeper)})",
                lambda: f"bool({self.number(deeper)})",
                lambda: f"({self.number(deeper)} // {self.number(0)} != {self.number(0)})",
                lambda: f"({self.number(deeper)} > {2**64 - 1} // max({self.number(0)}, 1))",
            ]
        )

    # Statements

    def statement(self, depth: int) -> None:
        simple = [
            self.assign_new,
            self.assign_old,
            self.store,
            self.augment,
            self.call,
            self.clear,
            self.unpack,
        ]
        nested = [self.branch, self.branch, self.count_loop, self.while_loop, self.match, self.each]
        choice = simple * 2 + (nested if depth > 0 else []) + [self.leave]
        picked: Any = self.random.choice(choice)
        picked(depth) if picked in nested else picked()

    def block(self, depth: int) -> None:
        """An indented block; what it assigns is not assigned behind it."""
        kept = [list(names) for names in self._scopes()]
        self.indent += 1
        for _ in range(self.random.randrange(1, 4)):
            self.statement(depth - 1)
        self.put("pass")
        self.indent -= 1
        for names, before in zip(self._scopes(), kept, strict=True):
            names[:] = before

    def _scopes(self) -> tuple[list[str], ...]:
        return self.ints, self.bools, self.rings, self.timers

    def assign_new(self) -> None:
        kind = self.random.randrange(5)
        if kind == 0:
            name, value = self.name("b"), self.truth(2)
            self.put(f"{name} = {value}")
            self.bools.append(name)
        elif kind == 1:
            name, value = self.name("m"), self.ring(2)
            self.put(f"{name} = {value}")
            self.rings.append(name)
        elif kind == 2:
            name, value = self.name("r"), f"s.timers[{self.index(3, 2)}]"
            self.put(f"{name} = {value}")
            self.timers.append(name)
        else:
            name, value = self.name("v"), self.wrapped(64, 3)
            self.put(f"{name} = {value}")
            self.ints.append(name)

    def assign_old(self) -> None:
        names = [name for name in self.ints if name.startswith("v")]
        if not names:
            self.assign_new()
        elif self.random.random() < 0.3 and self.bools:
            self.put(f"{self.random.choice(self.bools)} = {self.truth(2)}")
        else:
            self.put(f"{self.random.choice(names)} = {self.wrapped(64, 3)}")

    def target(self) -> tuple[str, int]:
        """Something to store into, and its bits."""
        places = {**_FIELDS, **{f"{each}.count": 32 for each in self.timers}}
        if self.random.random() < 0.5:
            name = self.random.choice(list(places))
            return name, places[name]
        name = self.random.choice(list(_ARRAYS))
        return f"{name}[{self.index(_ARRAYS[name][0], 2)}]", _ARRAYS[name][1]

    def store(self) -> None:
        if self.random.random() < 0.2:
            flags = ["s.flag", "t.on", f"s.timers[{self.index(3, 1)}].running"]
            self.put(f"{self.random.choice(flags)} = {self.truth(2)}")
            return
        name, bits = self.target()
        self.put(f"{name} = {self.wrapped(bits, 3)}")

    def augment(self) -> None:
        name, bits = self.target()
        mask = (1 << bits) - 1
        self.put(
            self.random.choice(
                (
                    f"{name} |= {self.number(2)} & {mask}",
                    f"{name} &= {self.number(2)}",
                    f"{name} ^= {self.number(1)} & {mask}",
                    f"{name} >>= {self.count(1)}",
                    f"{name} //= {self.divisor(1)}",
                    f"{name} %= {self.divisor(1)}",
                )
            )
        )

    def clear(self) -> None:
        """Neighbours set alike: what LLVM likes to make a call of."""
        name = self.random.choice(list(_ARRAYS))
        value = self.random.choice(("0", "255"))
        for index in range(self.random.randrange(2, _ARRAYS[name][0] + 1)):
            self.put(f"{name}[{index}] = {value}")

    def call(self) -> None:
        line = self.random.choice(
            (
                f"touch(s, t, {self.number(2)})",
                f"ctx.raise_line({self.number(1)} & 31)",
                f"ctx.signal(u8({self.number(1)}))",
                f"ctx.send_apic({self.wrapped(32, 1)}, mode=1, vector={self.wrapped(8, 1)})",
                f"ctx.end_of_interrupt(vector={self.wrapped(8, 1)})",
            )
        )
        self.put(line)

    def unpack(self) -> None:
        if self.random.random() < 0.5:
            first, second = self.name("v"), self.name("b")
            self.put(f"{first}, {second} = split({self.number(2)}, {self.wrapped(8, 1)})")
            self.ints.append(first)
            self.bools.append(second)
        elif len(self.ints) > 1:
            names = self.random.sample(self.ints, 2)
            if all(name.startswith("v") for name in names):
                self.put(f"{names[0]}, {names[1]} = {names[1]}, {names[0]}")

    def leave(self) -> None:
        if self.loops and self.random.random() < 0.5:
            self.put(f"if {self.truth(1)}:")
            self.put(f"    {self.random.choice(('break', 'continue'))}")
        elif self.random.random() < 0.3:
            verdict = self.random.choice(("PASS", "HANDLED"))
            self.put(f"if {self.truth(2)}:")
            self.put(f"    return Verdict.{verdict}")

    def branch(self, depth: int) -> None:
        self.put(f"if {self.truth(3)}:")
        self.block(depth)
        if self.random.random() < 0.4:
            self.put(f"elif {self.truth(2)}:")
            self.block(depth)
        if self.random.random() < 0.6:
            self.put("else:")
            self.block(depth)

    def count_loop(self, depth: int) -> None:
        if self.loops > 1:
            return
        name = self.name("i")
        bounds = ("5", "1, 6", "7, -1, -2", f"{self.number(1)} & 7", "2, 9, 3", "0")
        self.put(f"for {name} in range({self.random.choice(bounds)}):")
        self.in_loop(depth, name)

    def in_loop(self, depth: int, name: str | None = None) -> None:
        self.loops += 1
        if name:
            (self.timers if name.startswith("r") else self.rings).append(name)
        self.block(depth)
        if name:
            (self.timers if name.startswith("r") else self.rings).remove(name)
        self.loops -= 1

    def while_loop(self, depth: int) -> None:
        if self.loops > 1:
            return
        name = self.name("n")
        self.put(f"{name} = {self.random.randrange(1, 7)}")
        self.put(f"while {name} > 0 and {self.truth(2)}:")
        self.put(f"    {name} -= 1")
        self.in_loop(depth)

    def each(self, depth: int) -> None:
        if self.loops > 1:
            return
        name = self.name("r")
        self.put(f"for {name} in s.timers:")
        self.in_loop(depth, name)

    def match(self, depth: int) -> None:
        self.put(f"match {self.number(2)}:")
        self.indent += 1
        for case in ("0", "1 | 2", "Code.FOUR", "255"):
            guard = f" if {self.truth(1)}" if self.random.random() < 0.3 else ""
            self.put(f"case {case}{guard}:")
            self.block(depth)
        if self.random.random() < 0.5:
            self.put("case _:")
            self.block(depth)
        self.indent -= 1
