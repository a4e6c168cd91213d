# SPDX-License-Identifier: Apache-2.0
"""RFC 9669 as one table: what an opcode is, which fields it uses and how it is written.

A row's text is its grammar. Its words in `OPERANDS` are the instruction's fields, all others
stand for themselves; so one text tells encoder and decoder which fields are in use (the rest is
reserved and must be zero), the assembler what to accept and the disassembler what to print.
The first text of a row is the one printed, the way LLVM and the kernel write it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

PSEUDO_MAP_FD = 1
PSEUDO_MAP_VALUE = 2
PSEUDO_VAR = 3
PSEUDO_FUNC = 4
PSEUDO_MAP_IDX = 5
PSEUDO_MAP_IDX_VALUE = 6

LDDW_OPCODE = 0x18
#: Registers that carry arguments, those that a callee keeps as they are, and the stack's (RFC 9669,
#: section 2.1).
ARGUMENTS = range(1, 6)
SAVED = range(6, 10)
FRAME_POINTER = 10
#: Linux's MAX_BPF_STACK, in bytes, what each function's share of it is rounded up to, and
#: MAX_CALL_FRAMES.
STACK_SIZE, STACK_UNIT = 512, 32
MAX_FRAMES = 8

#: Words of a row's text, and the fields each one fills.
OPERANDS = {
    "rd": ("dst",),  # a 64-bit register, its low half, and likewise for the source
    "wd": ("dst",),
    "rs": ("src",),
    "ws": ("src",),
    "r0": (),  # only ever register 0
    "w0": (),
    "imm": ("imm",),
    "imm64": ("imm", "next_imm"),
    "off": ("offset",),  # signed: "+ 4", "- 8"
    "next": ("next_imm",),  # likewise
    "to": ("offset",),  # where a jump goes: a label or "+3"
    "far": ("imm",),  # likewise
    "label": ("imm",),  # likewise, never a number
}


class Kind(Enum):
    """What an instruction does: the parts an engine or an analysis is made of."""

    # Members are single objects; Enum's own hash, of the name, costs a Python call each time.
    __hash__ = object.__hash__

    ALU = auto()
    END = auto()
    LDDW = auto()
    LOAD = auto()
    STORE = auto()
    ATOMIC = auto()
    JUMP = auto()
    CALL = auto()
    EXIT = auto()


@dataclass(frozen=True, eq=False)
class Op:
    """One row. Rows are unique objects: compare them with `is`.

    `width` is that of the operation (ALU, jump) or of the access or swap, in bits. `fixed` is the
    field, with its value, that tells this row from others of the same opcode. `source_width` is
    what movsx extends from, in bits.
    """

    opcode: int
    kind: Kind
    name: str
    width: int
    texts: tuple[str, ...]
    fixed: tuple[str, int] | None = None
    source_width: int = 0
    fetch: bool = False

    @cached_property
    def words(self) -> frozenset[str]:
        """The operands in its text."""
        return frozenset(re.findall(r"\w+", self.texts[0])) & OPERANDS.keys()

    @cached_property
    def fields(self) -> frozenset[str]:
        """The fields it leaves open; all but these and `fixed` are reserved."""
        return frozenset(field for word in self.words for field in OPERANDS[word])

    @cached_property
    def uses_imm(self) -> bool:
        """Whether the second operand is `imm` (K) rather than the source register (X)."""
        return "imm" in self.words

    @cached_property
    def target_field(self) -> str:
        """The field that holds the distance to another instruction, or an empty string."""
        if "to" in self.words:
            return "offset"
        return "imm" if self.words & {"far", "label"} else ""

    @cached_property
    def written_field(self) -> str:
        """The field that names the register it writes, or an empty string (cmpxchg: r0)."""
        if self.kind in (Kind.ALU, Kind.END, Kind.LDDW, Kind.LOAD):
            return "dst"
        return "src" if self.fetch and self.name != "cmpxchg" else ""

    @cached_property
    def group(self) -> str:
        """Its conformance group (RFC 9669, section 2.4)."""
        if self.kind is Kind.ATOMIC:
            return f"atomic{self.width}"
        if self.kind is Kind.ALU and self.name in ("mul", "div", "mod", "sdiv", "smod"):
            return f"divmul{self.width}"
        if self.kind in (Kind.CALL, Kind.EXIT) or self.name == "ja":
            return "base32"
        return "base64" if self.width == 64 or self.name == "ldxsx" else "base32"


# Class (low three bits), source bit, size and mode bits: RFC 9669, sections 3.3, 4 and 5.
_LDX, _ST, _STX, _ALU, _JMP, _JMP32, _ALU64 = range(1, 8)
_X = 0x08
_SIZES = {8: 0x10, 16: 0x08, 32: 0x00, 64: 0x18}
_MEM, _MEMSX, _ATOMIC = 0x60, 0x80, 0xC0

_ARITHMETIC = (  # code, name, offset, text
    (0x00, "add", 0, "+="),
    (0x10, "sub", 0, "-="),
    (0x20, "mul", 0, "*="),
    (0x30, "div", 0, "/="),
    (0x30, "sdiv", 1, "s/="),
    (0x40, "or", 0, "|="),
    (0x50, "and", 0, "&="),
    (0x60, "lsh", 0, "<<="),
    (0x70, "rsh", 0, ">>="),
    (0x90, "mod", 0, "%="),
    (0x90, "smod", 1, "s%="),
    (0xA0, "xor", 0, "^="),
    (0xB0, "mov", 0, "="),
    (0xC0, "arsh", 0, "s>>="),
)

_CONDITIONS = (  # code, name, text
    (0x10, "jeq", "=="),
    (0x20, "jgt", ">"),
    (0x30, "jge", ">="),
    (0x40, "jset", "&"),
    (0x50, "jne", "!="),
    (0x60, "jsgt", "s>"),
    (0x70, "jsge", "s>="),
    (0xA0, "jlt", "<"),
    (0xB0, "jle", "<="),
    (0xC0, "jslt", "s<"),
    (0xD0, "jsle", "s<="),
)

_ATOMICS = (  # imm, name, text
    (0x00, "add", "+="),
    (0x40, "or", "|="),
    (0x50, "and", "&="),
    (0xA0, "xor", "^="),
)

_WIDE = (  # source, texts (RFC 9669, section 5.4)
    (0, "rd = imm64 ll"),
    (PSEUDO_MAP_FD, "rd = map_by_fd(imm)"),
    (PSEUDO_MAP_VALUE, "rd = map_val(map_by_fd(imm)) next"),
    (PSEUDO_VAR, "rd = var_addr(imm)"),
    (PSEUDO_FUNC, "rd = code_addr(far)"),
    (PSEUDO_MAP_IDX, "rd = map_by_idx(imm)"),
    (PSEUDO_MAP_IDX_VALUE, "rd = map_value(imm) next", "rd = map_val(map_by_idx(imm)) next"),
)


def _arithmetic(cls: int, width: int, r: str) -> Iterator[Op]:
    for code, name, offset, sign in _ARITHMETIC:
        fixed = ("offset", offset)
        yield Op(code | cls, Kind.ALU, name, width, (f"{r}d {sign} imm",), fixed)
        extends = ("rd = ws",) * ((name, width) == ("mov", 32))  # as LLVM writes zero extension
        texts = (f"{r}d {sign} {r}s", *extends)
        yield Op(code | _X | cls, Kind.ALU, name, width, texts, fixed)
    yield Op(0x80 | cls, Kind.ALU, "neg", width, (f"{r}d = -{r}d",))
    for bits in (8, 16, 32)[: width // 32 + 1]:
        text = f"{r}d = (s{bits}){r}s"
        yield Op(0xB0 | _X | cls, Kind.ALU, "movsx", width, (text,), ("offset", bits), bits)


def _byte_swaps() -> Iterator[Op]:
    for opcode, name in ((0xD0 | _ALU, "le"), (0xD0 | _X | _ALU, "be"), (0xD0 | _ALU64, "bswap")):
        for width in (16, 32, 64):
            yield Op(opcode, Kind.END, name, width, (f"rd = {name}{width} rd",), ("imm", width))


def _any_half(text: str, width: int) -> tuple[str, ...]:
    """The text, and for narrow accesses also with w registers, as LLVM writes them."""
    return (text,) if width == 64 else (text, re.sub(r"^rd|\brs$", lambda m: "w" + m[0][1], text))


def _loads_and_stores() -> Iterator[Op]:
    for width, size in _SIZES.items():
        load = _any_half(f"rd = *(u{width} *)(rs off)", width)
        store = _any_half(f"*(u{width} *)(rd off) = rs", width)
        immediate = (f"*(u{width} *)(rd off) = imm",)
        yield Op(_MEM | size | _LDX, Kind.LOAD, "ldx", width, load)
        yield Op(_MEM | size | _ST, Kind.STORE, "st", width, immediate)
        yield Op(_MEM | size | _STX, Kind.STORE, "stx", width, store)
        if width < 64:
            signed = (f"rd = *(s{width} *)(rs off)",)
            yield Op(_MEMSX | size | _LDX, Kind.LOAD, "ldxsx", width, signed)


def _atomics(width: int, r: str, suffix: str) -> Iterator[Op]:
    opcode, unit, access = _ATOMIC | _SIZES[width] | _STX, f"u{width} *", "rd off"
    for code, name, sign in _ATOMICS:
        plain = f"lock *({unit})({access}) {sign} {r}s"
        fetch = f"{r}s = atomic_fetch_{name}(({unit})({access}), {r}s)"
        yield Op(opcode, Kind.ATOMIC, name, width, _any_half(plain, width), ("imm", code))
        yield Op(opcode, Kind.ATOMIC, name, width, (fetch,), ("imm", code | 1), fetch=True)
    xchg = f"{r}s = xchg{suffix}({access}, {r}s)"
    cmpxchg = f"{r}0 = cmpxchg{suffix}({access}, {r}0, {r}s)"
    yield Op(opcode, Kind.ATOMIC, "xchg", width, (xchg,), ("imm", 0xE1), fetch=True)
    yield Op(opcode, Kind.ATOMIC, "cmpxchg", width, (cmpxchg,), ("imm", 0xF1), fetch=True)


def _conditions(cls: int, width: int, r: str) -> Iterator[Op]:
    for code, name, sign in _CONDITIONS:
        yield Op(code | cls, Kind.JUMP, name, width, (f"if {r}d {sign} imm goto to",))
        yield Op(code | _X | cls, Kind.JUMP, name, width, (f"if {r}d {sign} {r}s goto to",))


def _rows() -> Iterator[Op]:
    yield from _arithmetic(_ALU, 32, "w")
    yield from _arithmetic(_ALU64, 64, "r")
    yield from _byte_swaps()
    for source, *texts in _WIDE:
        yield Op(LDDW_OPCODE, Kind.LDDW, "lddw", 64, tuple(texts), ("src", source))
    yield from _loads_and_stores()
    yield from _atomics(32, "w", "32_32")
    yield from _atomics(64, "r", "_64")
    yield Op(_JMP, Kind.JUMP, "ja", 64, ("goto to",))
    yield Op(_JMP32, Kind.JUMP, "ja", 32, ("gotol far",))
    yield from _conditions(_JMP, 64, "r")
    yield from _conditions(_JMP32, 32, "w")
    yield Op(0x80 | _JMP, Kind.CALL, "call", 64, ("call imm",), ("src", 0))
    yield Op(0x80 | _JMP, Kind.CALL, "call_local", 64, ("call label", "call pc far"), ("src", 1))
    yield Op(0x80 | _JMP, Kind.CALL, "call_btf", 64, ("call btf(imm)",), ("src", 2))
    yield Op(0x80 | _X | _JMP, Kind.CALL, "callx", 64, ("callx rd",))
    yield Op(0x90 | _JMP, Kind.EXIT, "exit", 64, ("exit",))


ROWS: tuple[Op, ...] = tuple(_rows())


def _by_opcode() -> dict[int, tuple[Op, ...]]:
    opcodes = sorted({op.opcode for op in ROWS})
    return {opcode: tuple(op for op in ROWS if op.opcode == opcode) for opcode in opcodes}


#: The rows that share an opcode byte: one, or several told apart by the same `fixed` field.
BY_OPCODE = _by_opcode()

#: Rows by the text they are printed as.
BY_TEXT = {op.texts[0]: op for op in ROWS}
