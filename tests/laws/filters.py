# SPDX-License-Identifier: Apache-2.0
"""What random filters work on: three states, constants, and the helpers that they call."""

from __future__ import annotations

import functools
import linecache
from enum import IntEnum, IntFlag
from types import FunctionType
from typing import Any

from lightexit.abi import Array, IoContext, Struct, Verdict, array, full_barrier, inline, muldiv64
from lightexit.abi import types as widths


class Timer(Struct):
    """A part of the state, three of which stand in an array."""

    count: widths.u32
    running: bool
    drift: widths.i8
    steps: Array[widths.u16] = array(widths.u16, 3)

    @inline
    def until(self, end: widths.u64) -> widths.u32:
        """A loop and an early return in a method that writes nothing."""
        for step in self.steps:
            if step > end:
                return self.count
        return widths.u32(end - self.count)

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
    e: widths.i64
    f: widths.i32
    g: widths.i8
    deltas: Array[widths.i16] = array(widths.i16, 6)


class Other(Struct):
    """The second state."""

    x: widths.u64
    y: widths.u8
    on: bool
    z: widths.i64


class Inner(Struct):
    """Structs and an array within a struct."""

    first: Timer
    timers: Array[Timer] = array(Timer, 2)
    flags: Array[widths.u8] = array(widths.u8, 6)


class Third(Struct):
    """The third state: with an array of arrays, and one behind which nothing lies."""

    n: widths.u64
    inner: Inner
    grid: Array[Array[widths.u16]] = array(array(widths.u16, 5), 3)
    far: Array[widths.i64] = array(widths.i64, 3)
    five: Array[widths.u8] = array(widths.u8, 5)


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
BELOW = -7

#: Tables of every width, with signs, of bools and of enums' members.
TABLE = (3, 0, 4, 1, 9, 2, 500, 7, 12, 65535)
SIGNED = (-3, 2**31, -(2**33), 0, 7)
FULL = (2**64 - 1, 1, 2**63)
CODES = (Code.ZERO, Code.FOUR, 2**31, True)
TRUTHS = (True, False, False, True, True)
MASKS = (Mask.LOW, Mask.MID | Mask.LOW)
TEXT = b"table of bytes!!"

_PRELUDE = """from __future__ import annotations
from laws.filters import *
"""
_NAMES: dict[str, Any] = {
    "IoContext": IoContext,
    "Verdict": Verdict,
    "full_barrier": full_barrier,
    "inline": inline,
    "muldiv64": muldiv64,
    "u8": widths.u8,
    "u16": widths.u16,
    "u32": widths.u32,
    "u64": widths.u64,
    "i8": widths.i8,
    "i16": widths.i16,
    "i32": widths.i32,
    "i64": widths.i64,
    "Array": Array,
    "Main": Main,
    "Third": Third,
    "Other": Other,
    "Timer": Timer,
    "Code": Code,
    "Mask": Mask,
    "LIMIT": LIMIT,
    "WIDE": WIDE,
    "BELOW": BELOW,
    "TABLE": TABLE,
    "SIGNED": SIGNED,
    "FULL": FULL,
    "CODES": CODES,
    "TRUTHS": TRUTHS,
    "MASKS": MASKS,
    "TEXT": TEXT,
}

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

#: More of them, for random filters only: what is written down of the others stays as it is.
MORE_HELPERS = '''
@inline
def scaled(value: u64, by: int = 3, *, offset: u8 = 1) -> u64:
    """Defaults and keywords."""
    return u64(value * by + offset)

@inline
def bump(s: Main) -> u32:
    """A write and a result."""
    s.b = u32(s.b + 1)
    return s.b

@inline
def pick(s: Main, n: u64) -> Timer:
    """A reference as the result."""
    if n == 0:
        return s.one
    return s.timers[n % 3]

@inline
def total(values: Array[u8]) -> u64:
    """A loop over whatever array is given."""
    result = 0
    for value in values:
        result = u64(result * 3 + value)
    return result

@inline
def below(value: u64) -> int:
    """A result of less than 0."""
    for i in range(3, -5, -2):
        if i == value:
            return -1
    return -(value & 255)

@inline
def down(value: u64) -> u64:
    """A loop downwards, past 0, that is left early."""
    result = 1
    for i in range(value & 7, -1, -3):
        result = u64(result * 10 + i)
        if result > 5000:
            break
    return result

@inline
def last_of(value: u64) -> u64:
    """What the last round leaves."""
    last = 99
    for i in range(1, (value & 15) + 1, 4):
        if i & 2:
            continue
        last = i
    return last

@inline
def three(value: u64) -> tuple[u64, bool, int]:
    """Three results, of which one may be negative; two come from another helper."""
    half, odd = split(value, 1)
    return half, odd, u32(value) - u32(half)

@inline
def turned(value: i64) -> u64:
    """A signed parameter that is assigned again."""
    if value < 0:
        value = -1 - value
    return u64(value)

@inline
def apart(a: u64, b: u64 = 9) -> i64:
    """A signed result."""
    return i64(a - b)

@inline
def drifted(value: i32, by: i8) -> i64:
    """Signed locals in a loop."""
    place: i64 = value
    for i in range(-1, 2):
        place = i64(place - by * i) if place > by else place // 3
    return place

@inline
def parts(value: i64) -> tuple[i64, i8]:
    """Two signed results."""
    return value >> 2, i8(value % -100)
'''


def build(source: str, name: str = "generated", known: dict[str, Any] = _NAMES) -> FunctionType:
    """The function of that name in `source`, which stands where tracebacks find it."""
    file = f"<{name}-{hash(source):x}>"
    text = _PRELUDE + source
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    namespace = dict(known)
    body = text.replace("from laws.filters import *\n", "\n")
    exec(compile(body, file, "exec"), namespace)
    function = namespace[name]
    assert isinstance(function, FunctionType)
    return function


@functools.cache
def helpers() -> dict[str, Any]:
    """What a random filter may name: compiled once, for it stays the same."""
    function = build(HELPERS + MORE_HELPERS, "three")
    return dict(function.__globals__)
