# SPDX-License-Identifier: Apache-2.0
"""What arithmetic, comparisons and byte swaps mean (RFC 9669, section 4), on Python's integers.

Register values are unsigned and below 2**64, going in and coming out.
"""

from __future__ import annotations

import operator
from collections.abc import Callable


def signed(value: int, bits: int) -> int:
    """The low `bits` of `value` as a two's complement number."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def _truncated_quotient(a: int, b: int) -> int:
    quotient = abs(a) // abs(b)
    return -quotient if (a < 0) != (b < 0) else quotient


def _signed_quotient(dst: int, src: int, width: int) -> int:
    return _truncated_quotient(signed(dst, width), signed(src, width)) if src else 0


def _signed_remainder(dst: int, src: int, width: int) -> int:
    return dst - signed(src, width) * _signed_quotient(dst, src, width)


_ARITHMETIC: dict[str, Callable[[int, int, int], int]] = {
    "add": lambda dst, src, width: dst + src,
    "sub": lambda dst, src, width: dst - src,
    "mul": lambda dst, src, width: dst * src,
    "div": lambda dst, src, width: dst // src if src else 0,
    "sdiv": _signed_quotient,
    "or": lambda dst, src, width: dst | src,
    "and": lambda dst, src, width: dst & src,
    "lsh": lambda dst, src, width: dst << (src & (width - 1)),
    "rsh": lambda dst, src, width: dst >> (src & (width - 1)),
    "neg": lambda dst, src, width: -dst,
    "mod": lambda dst, src, width: dst % src if src else dst,
    "smod": _signed_remainder,
    "xor": lambda dst, src, width: dst ^ src,
    "mov": lambda dst, src, width: src,
    "arsh": lambda dst, src, width: signed(dst, width) >> (src & (width - 1)),
}


def alu(name: str, width: int, dst: int, src: int, source_width: int = 0) -> int:
    """The new value of `dst`. An immediate goes in as it stands, signed, as `src`.

    32-bit operations take the low halves and clear the upper half. Division by zero gives 0,
    the remainder of it `dst`. `source_width` is movsx's.
    """
    mask = (1 << width) - 1
    if name == "movsx":
        return signed(src, source_width) & mask
    return _ARITHMETIC[name](dst & mask, src & mask, width) & mask


def byte_swap(name: str, width: int, value: int) -> int:
    """`le`, `be` or `bswap` on a little-endian host of the low `width` bits; clears the rest."""
    value &= (1 << width) - 1
    if name == "le":
        return value
    return int.from_bytes(value.to_bytes(width // 8, "little"), "big")


_UNSIGNED: dict[str, Callable[[int, int], bool]] = {
    "jeq": operator.eq,
    "jne": operator.ne,
    "jgt": operator.gt,
    "jge": operator.ge,
    "jlt": operator.lt,
    "jle": operator.le,
    "jset": lambda a, b: a & b != 0,
}

_SIGNED: dict[str, Callable[[int, int], bool]] = {
    "jsgt": operator.gt,
    "jsge": operator.ge,
    "jslt": operator.lt,
    "jsle": operator.le,
}


def compare(name: str, width: int, a: int, b: int) -> bool:
    """Whether the conditional jump `name` is taken; an immediate goes in as it stands, as `b`."""
    if name in _SIGNED:
        return _SIGNED[name](signed(a, width), signed(b, width))
    mask = (1 << width) - 1
    return _UNSIGNED[name](a & mask, b & mask)
