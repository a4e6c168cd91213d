# SPDX-License-Identifier: Apache-2.0
"""eBPF's arithmetic in LLVM IR, with RFC 9669's answers where LLVM's are undefined."""

from __future__ import annotations

from lightexit.engine.native.builder import Builder

_RING = {"add": "add", "sub": "sub", "mul": "mul", "or": "or", "and": "and", "xor": "xor"}
_SHIFTS = {"lsh": "shl", "rsh": "lshr", "arsh": "ashr"}
_PREDICATES = {
    "jeq": "eq",
    "jne": "ne",
    "jgt": "ugt",
    "jge": "uge",
    "jlt": "ult",
    "jle": "ule",
    "jsgt": "sgt",
    "jsge": "sge",
    "jslt": "slt",
    "jsle": "sle",
}


def alu(b: Builder, name: str, width: int, dst: str, src: str, source_width: int) -> str:
    """The result of an ALU instruction on two values of `width` bits."""
    if name in _RING:
        return b.value(f"{_RING[name]} i{width} {dst}, {src}")
    if name in _SHIFTS:
        count = b.value(f"and i{width} {src}, {width - 1}")
        return b.value(f"{_SHIFTS[name]} i{width} {dst}, {count}")
    if name == "neg":
        return b.value(f"sub i{width} 0, {dst}")
    if name in ("mov", "movsx"):
        low = b.resize("trunc", src, width, source_width or width)
        return b.resize("sext", low, source_width or width, width)
    return _divide(b, name, width, dst, src)


def _divide(b: Builder, name: str, width: int, dst: str, src: str) -> str:
    """Division by 0 gives 0, remainder by 0 the dividend (RFC 9669, section 4.1)."""
    quotient = name.endswith("div")
    zero = b.compare("eq", width, src, "0")
    divisor = b.select(zero, width, "1", src)
    if name.startswith("s"):
        result = _divide_signed(b, quotient, width, dst, divisor)
    else:
        result = b.value(f"{'udiv' if quotient else 'urem'} i{width} {dst}, {divisor}")
    return b.select(zero, width, "0" if quotient else dst, result)


def _divide_signed(b: Builder, quotient: bool, width: int, dst: str, divisor: str) -> str:
    """The smallest number divided by -1 overflows: undefined in LLVM, wraps in eBPF."""
    minus_one = b.compare("eq", width, divisor, "-1")
    safe = b.select(minus_one, width, "1", divisor)
    result = b.value(f"{'sdiv' if quotient else 'srem'} i{width} {dst}, {safe}")
    wrapped = b.value(f"sub i{width} 0, {dst}") if quotient else "0"
    return b.select(minus_one, width, wrapped, result)


def byte_swap(b: Builder, name: str, width: int, value: str) -> str:
    """`le`, `be` or `bswap` of a value of `width` bits, on a little-endian machine."""
    if name == "le":
        return value
    return b.value(f"call i{width} @llvm.bswap.i{width}(i{width} {value})")


def condition(b: Builder, name: str, width: int, dst: str, src: str) -> str:
    """Whether a conditional jump is taken."""
    if name == "jset":
        common = b.value(f"and i{width} {dst}, {src}")
        return b.compare("ne", width, common, "0")
    return b.compare(_PREDICATES[name], width, dst, src)
