# SPDX-License-Identifier: Apache-2.0
"""Filters with signed numbers, as text: each operation of the language at each width.

`BITS` is the width and `iN` its type. `a` and `b` are such numbers: a field of the state, `FIELD`,
and what the guest writes. The state `s` and the helpers are those of `laws.filters`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

WIDTHS = (8, 16, 32, 64)
_FIELDS = {8: "s.g", 16: "s.deltas[0]", 32: "s.f", 64: "s.e"}
_FILTER = """def generated(ctx: IoContext, s: Main) -> Verdict:
    a: iN = FIELD
    b = iN(ctx.data)
    ctx.data = 0
    {body}
    return Verdict.HANDLED
"""

BODIES = {
    "extended": "ctx.data = u64(a)",
    "stored": "FIELD = b",
    "cut from unsigned": "FIELD = iN(s.a)",
    "sum": "FIELD = iN(a + b)",
    "difference": "FIELD = iN(a - b)",
    "product": "FIELD = iN(a * b)",
    "product, extended": "ctx.data = u64(a * b)",
    "opposite": "FIELD = iN(-a)\nctx.data = u64(-b)",
    "bits": "ctx.data = u64(a & b) ^ u64(a | 5) ^ u64(~a)\nFIELD = a ^ b",
    "negative": "low = min(a, -1)\nctx.data = u64(low - 3) ^ u64(low * 5) ^ u64(low << 2)\n"
    "FIELD = iN(low ^ max(b, 0))\ns.e = max(low, -9) + ~(b & 7)",
    "added to": "FIELD = iN(FIELD + b)\ns.e = i64(s.e - 1)",
    # Comparisons
    "below": "ctx.data = 1 if a < b else 2",
    "at most": "ctx.data = 1 if a <= b else 2",
    "above": "ctx.data = 1 if a > b else 2",
    "at least": "ctx.data = 1 if a >= b else 2",
    "same": "ctx.data = 1 if a == b else 2",
    "other": "ctx.data = 1 if a != b else 2",
    "sign": "if a < 0:\n    FIELD = iN(-a)",
    "between": "s.flag = -3 <= a < 7\ns.d = 1 if -100 < b else 2",
    "one of": "s.flag = a in (-3, 0, 5)\ns.d = 1 if b not in (-1, 7) else 2",
    "against unsigned": "s.flag = a < s.a <= b\ns.d = (a > s.b) + (b >= s.c)",
    "sum against unsigned": "s.flag = a + s.a < ctx.offset + b",
    "condition": "ctx.data = 1 if a else 2\nif not b:\n    s.d = 7",
    "matched": "match a:\n    case -1 | -5:\n        s.d = 3\n    case 4:\n        s.d = 4",
    # Constant divisors, and shifts
    "by 7": "ctx.data = u64(a // 7)\nFIELD = iN(a % 7)",
    "by 8": "ctx.data = u64(a // 8)\nFIELD = iN(a % 8)",
    "by -3": "ctx.data = u64(a // -3)\nFIELD = iN(a % -3)",
    "by -4": "ctx.data = u64(a // -4)\nFIELD = iN(a % -4)",
    "by -1": "ctx.data = u64(a // -1)\nFIELD = iN(a % -1)",
    "constants": "ctx.data = u64(iN(2**(BITS - 1)) // 3 - iN(-1) * a)",
    "right by 3": "ctx.data = u64(a >> 3)\nFIELD = min(a, -1) >> 1",
    "right by some": "ctx.data = u64(a >> (s.d & 63))\nFIELD = max(b, 0) >> (s.d & 7)",
    "right by any": "ctx.data = u64(a >> s.d)\nFIELD = min(b, -1) >> s.c",
    "left by 3": "ctx.data = u64(a << 3)\nFIELD = iN(b << 3)",
    "left by any": "ctx.data = u64(a << s.d)\nFIELD = iN(b << s.d)",
    # Functions
    "least": "FIELD = min(a, b)\ns.e = min(s.e, b, -5)",
    "most": "FIELD = max(a, b)\ns.e = max(s.e, b, -5)",
    "magnitude": "ctx.data = abs(a)\ns.a = abs(b)",
    "int of it": "s.e = int(a) ^ bool(b)",
    "parameter": "s.a = turned(a)",
    "results": "s.e, s.g = parts(b)",
    "result": "s.e = apart(s.a, u64(b))",
    "changed in a branch": "x: iN = a\nif s.flag:\n    x = b\nelif x < -2:\n    x += 1\nFIELD = x",
    # Memory
    "index": "ctx.data = s.small[a]",
    "index across 0": "if -2 <= a < 9:\n    s.small[a + 2] = u8(b)",
    "element": "ctx.data = u64(s.deltas[s.d % 6])\ns.deltas[s.d % 6] = i16(b)",
    "of a struct": "s.timers[s.d % 3].drift = i8(b)\ns.e = s.timers[s.c % 3].drift",
    "table": "d = SIGNED[s.d % len(SIGNED)]\nif d < a:\n    s.e = d",
    "between counters": "d: i64 = i64(s.a - ctx.data)\nif d < 0:\n    d = 0\ns.a = d + (a < b)",
}

#: Linux takes no loop that it would have to mask: these load without.
LOOPS = {
    "variable": "x: iN = a\nfor i in range(5):\n    x = iN(x * 3 - i)\nFIELD = x",
    "countdown": "x: iN = 5\nwhile x > -5:\n    x -= 1\n    s.a = u64(s.a * 3 + x)",
    "range across 0": "for i in range(a % 4, a % -4, -1):\n    s.a = u64(s.a * 3 + i)",
    "range below 0": "for i in range(-9, -1, 3):\n    s.a = u64(s.a * 3 + i * a)",
    "passing 0": "for i in range(3, -4, -2):\n    s.a = u64(s.a * 3 + i)\n    FIELD = iN(i)",
    "down from some": "for i in range(b & 7, -1, -1):\n    s.a = u64(s.a * 3 + i * a)",
    "down to some": "for i in range(11, (a & 7) - 4, -7):\n    s.a = u64(s.a * 3 + i)",
    "past 0": "for i in range(9, 0, -4):\n    s.a = u64(s.a * 3 + i * a)",
    "up to a sign": "for i in range(-(a & 3), b & 3):\n    s.a = u64(s.a * 3 + i)",
    "locals of a helper": "s.e = drifted(i32(a), i8(b))",
}

#: Of every sign that the compiler can tell: across 0, below it, at least 0.
_DIVIDENDS = {"any": "a", "negative": "min(a, -1)", "natural": "max(a, 0)", "unsigned": "s.a"}
_DIVISORS = {"any": "b", "negative": "min(b, -1)", "natural": "max(b, 0)", "unsigned": "s.c"}


class Idiom(NamedTuple):
    """A filter `generated`; whether it has a loop."""

    name: str
    source: str
    loops: bool


def idioms() -> Iterator[Idiom]:
    """All of them."""
    for bits in WIDTHS:
        for name, body in (*BODIES.items(), *_divisions(), *_conversions()):
            yield Idiom(f"{name}, {bits} bits", _source(body, bits), loops=False)
        for name, body in LOOPS.items():
            yield Idiom(f"{name}, {bits} bits", _source(body, bits), loops=True)


def _divisions() -> Iterator[tuple[str, str]]:
    pairs = product(_DIVIDENDS.items(), _DIVISORS.items())
    for (left, dividend), (right, divisor) in pairs:
        quotient = f"ctx.data = u64({dividend} // {divisor})"
        yield f"{left} by {right}", f"{quotient}\nFIELD = iN({dividend} % {divisor})"


def _conversions() -> Iterator[tuple[str, str]]:
    for bits in WIDTHS:
        yield f"to {bits} bits", f"ctx.data = u64(i{bits}(a))\ns.e = i{bits}(b)"


def _source(body: str, bits: int) -> str:
    text = _FILTER.format(body=body.replace("\n", "\n    "))
    text = text.replace("FIELD", _FIELDS[bits])
    return text.replace("iN", f"i{bits}").replace("BITS", str(bits))
