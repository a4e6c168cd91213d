# SPDX-License-Identifier: Apache-2.0
"""Text to program. One instruction a line, in the syntax of LLVM and the kernel:

    .map counter 24             # the next map's name and size in bytes, header included
    .rodata 01 02 ff            # more bytes of read-only data: the map behind the last one
    entry:
        r1 = map_value(0) + 16
        r0 = *(u64 *)(r1 + 0)
        if r0 > 5 goto entry
        exit

Comments start with `#`, `;` or `//`. A jump takes a label or a distance in slots (`goto +3`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import NamedTuple

from lightexit.errors import AuthorError, Location
from lightexit.isa.decode import decode
from lightexit.isa.instruction import Instruction, build, encode
from lightexit.isa.linker import MOST_SLOTS
from lightexit.isa.program import MOST_RODATA, Map, Program, SourceLine
from lightexit.isa.syntax import MOST_DIGITS, SyntaxNode, Token, reserved, tokens, tree
from lightexit.isa.table import FRAME_POINTER, OPERANDS, Kind, Op

_COMMENT = re.compile(r"#|;|//")
_LABEL = re.compile(r"\s*([A-Za-z_.$][\w.$]*)\s*:")
#: Labels shown where another one was written.
_LISTED = 20
_MAP = re.compile(r"\s*\.map\b\s*((\S+)\s+([0-9]{1,9})\s*$)?")
_RODATA = re.compile(r"\s*\.rodata\b\s*((?:[0-9a-fA-F]{2}\s*)+$)?")


class _Source(NamedTuple):
    """One line of a file: `text` as written."""

    file: str
    line: int
    text: str

    def where(self, token: Token | None = None) -> Location:
        """The place of a token; without one, of all that the line says."""
        if token is not None:
            return self._span(token.column, token.column + len(token.text))
        said = _COMMENT.split(self.text, maxsplit=1)[0]
        return self._span(len(said) - len(said.lstrip()), len(said.rstrip()))

    def end(self) -> Location:
        """The place after the last word."""
        end = self.where().end_column
        return self._span(end, end + 1)

    def _span(self, start: int, end: int) -> Location:
        return Location(self.file, self.line, start, end, self.text)


class _Statement(NamedTuple):
    """An instruction whose labels are not yet known: operands by the name the table gives them."""

    source: _Source
    op: Op
    operands: tuple[tuple[str, Token], ...]
    slot: int


class _Assembly:
    """What one pass over the lines collects."""

    def __init__(self) -> None:
        self.labels: dict[str, int] = {}
        self.maps: list[Map] = []
        self.rodata = bytearray()
        self.statements: list[_Statement] = []
        self.slot = 0

    def take(self, source: _Source) -> None:
        """Read one line."""
        text = _COMMENT.split(source.text, maxsplit=1)[0]
        if found := _MAP.match(text):
            self._add_map(source, found)
            return
        if found := _RODATA.match(text):
            self._add_rodata(source, found)
            return
        start = 0
        while found := _LABEL.match(text, start):
            self._define(source, Token(found[1], found.start(1)))
            start = found.end()
        if statement := _statement(source, tokens(text, start), self.slot):
            self.statements.append(statement)
            self.slot += 1 + (statement.op.kind is Kind.LDDW)
            if self.slot > MOST_SLOTS:
                raise AuthorError(
                    f"more than {MOST_SLOTS} slots of instructions",
                    where=source.where(),
                    expected="a program that can be verified",
                )

    def _add_map(self, source: _Source, found: re.Match[str]) -> None:
        if not found[1]:
            raise AuthorError(
                "the map is not complete", where=source.where(), expected="`.map NAME SIZE`"
            )
        self.maps.append(Map(found[2], int(found[3])))

    def _add_rodata(self, source: _Source, found: re.Match[str]) -> None:
        if not found[1]:
            raise AuthorError(
                "not a list of bytes",
                where=source.where(),
                expected="`.rodata` and bytes of two hexadecimal digits: `.rodata 00 ff`",
            )
        self.rodata += bytes.fromhex(found[1])
        if len(self.rodata) > MOST_RODATA:
            raise AuthorError(
                f"{len(self.rodata)} bytes of read-only data or more",
                where=source.where(),
                expected=f"at most {MOST_RODATA}",
            )

    def _define(self, source: _Source, name: Token) -> None:
        if name.text in self.labels:
            raise AuthorError(f"label `{name.text}` is defined twice", where=source.where(name))
        if name.text in reserved() or name.shape != "label":
            raise AuthorError(
                f"`{name.text}` is a reserved word",
                where=source.where(name),
                expected="another name for the label",
            )
        self.labels[name.text] = self.slot


def assemble(text: str, file: str = "<asm>") -> Program:
    """The program of an assembler text, named like its file; every slot knows its line.

    Raises AuthorError, with file, line and caret.
    """
    assembly = _Assembly()
    for number, line in enumerate(text.splitlines(), 1):
        assembly.take(_Source(file, number, line))
    instructions = [_instruction(each, assembly.labels) for each in assembly.statements]
    program = Program(
        name=PurePath(file).stem.strip("<>"),
        code=encode(instructions),
        maps=tuple(assembly.maps),
        lines=tuple(SourceLine(each.slot, each.source.where()) for each in assembly.statements),
        rodata=bytes(assembly.rodata),
    )
    decode(program)
    return program


def _statement(source: _Source, words: Iterable[Token], slot: int) -> _Statement | None:
    root, operands = tree(), list[Token]()
    node = root
    for word in words:
        node = _branch(source, node, word, operands)
    if node is root:
        return None
    if node.ending is None:
        raise AuthorError(
            "the instruction is not complete", where=source.end(), expected=node.expected()
        )
    op, names = node.ending
    return _Statement(source, op, tuple(zip(names, operands, strict=True)), slot)


def _branch(source: _Source, node: SyntaxNode, word: Token, operands: list[Token]) -> SyntaxNode:
    if word.text in node.branches:
        return node.branches[word.text]
    if word.shape not in node.branches:
        raise AuthorError(
            f"`{word.text}` is not expected here",
            where=source.where(word),
            expected=node.expected(),
        )
    operands.append(word)
    return node.branches[word.shape]


def _instruction(statement: _Statement, labels: dict[str, int]) -> Instruction:
    fields: dict[str, int] = {}
    for name, token in statement.operands:
        for field, value in _fields(statement, name, token, labels):
            if fields.setdefault(field, value) != value:
                raise AuthorError(
                    f"`{token.text}` differs from the register before",
                    where=statement.source.where(token),
                    expected=f"the same register twice: `{statement.op.texts[0]}`",
                )
    return build(statement.op, slot=statement.slot, **fields)


def _fields(
    statement: _Statement, name: str, token: Token, labels: dict[str, int]
) -> Iterator[tuple[str, int]]:
    if name in ("to", "far", "label"):
        distance = _distance(statement, token, labels)
        yield OPERANDS[name][0], _fit(statement, name, token, distance)
    elif token.number:
        value = _fit(statement, name, token, _value(statement, name, token))
        yield OPERANDS[name][0], value if name == "off" else _signed32(value)
        if name == "imm64":
            yield "next_imm", _signed32(value >> 32)
    else:
        _check_register(statement, name, token)
        for field in OPERANDS[name]:
            yield field, token.register


def _signed32(value: int) -> int:
    return (value + 2**31) % 2**32 - 2**31


def _distance(statement: _Statement, token: Token, labels: dict[str, int]) -> int:
    if token.number:
        return _value(statement, "to", token)
    if token.text not in labels:
        raise AuthorError(
            f"there is no label `{token.text}`",
            where=statement.source.where(token),
            expected=_one_of(sorted(labels)) if labels else f"`{token.text}:`",
        )
    return labels[token.text] - statement.slot - 1


def _one_of(labels: list[str]) -> str:
    others = f" and {len(labels) - _LISTED} others" if len(labels) > _LISTED else ""
    return f"one of {', '.join(labels[:_LISTED])}{others}"


def _value(statement: _Statement, name: str, token: Token) -> int:
    if token.digits > MOST_DIGITS:
        low, high, _ = _range(statement.op, name)
        raise AuthorError(
            f"a number of {token.digits} characters",
            where=statement.source.where(token),
            expected=f"{low} to {high}",
        )
    return token.value


def _range(op: Op, name: str) -> tuple[int, int, str]:
    """Least and greatest value of a number, and what to write instead of a greater one."""
    if name == "to":
        return (
            -(2**15),
            2**15 - 1,
            "`gotol`, which reaches 2**31 slots; a conditional jump skips over it",
        )
    if name == "off":
        return -(2**15), 2**15 - 1, "add the offset to the register first"
    if name == "imm64":
        return -(2**63), 2**64 - 1, ""
    if name != "imm" or op.kind in (Kind.CALL, Kind.LDDW):
        return -(2**31), 2**31 - 1, ""
    if op.width < 64:
        return -(2**31), 2**32 - 1, ""
    return (
        -(2**31),
        2**31 - 1,
        "`rN = ... ll` into a register, and that register here: this number is sign-extended",
    )


def _fit(statement: _Statement, name: str, token: Token, value: int) -> int:
    low, high, hint = _range(statement.op, name)
    if not low <= value <= high:
        raise AuthorError(
            f"`{token.text}` is {value}",
            where=statement.source.where(token),
            expected=f"{low} to {high}",
            hint=hint,
        )
    return value


def _check_register(statement: _Statement, name: str, token: Token) -> None:
    wrong = name in ("r0", "w0") and token.register
    if wrong or token.register > FRAME_POINTER:
        raise AuthorError(
            f"`{token.text}` is not a register that this instruction takes",
            where=statement.source.where(token),
            expected=f"{name}" if wrong else f"{token.text[0]}0 to {token.text[0]}10",
        )
