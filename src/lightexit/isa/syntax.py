# SPDX-License-Identifier: Apache-2.0
"""The text of one instruction, both ways, from the table's texts.

Reading walks a tree made of all rows' texts, token by token; where no branch fits, the branches
there are say what was expected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from lightexit.isa.instruction import Instruction
from lightexit.isa.table import OPERANDS, ROWS, Op

_TOKEN = re.compile(
    r"""(?P<sign>s>>=|s[<>]=|s[<>](?!\w)|s[/%]=)
      | (?P<name>[A-Za-z_.$][\w.$]*)
      | (?P<number>(?:[+-]\s*)?(?:0[xX][0-9a-fA-F]+|[0-9]+)(?!\w))
      | (?P<operator><<=|>>=|[-+*/%&|^!=<>]=|\S)""",
    re.VERBOSE,
)
#: More than any operand takes; Python converts thousands, but does not print them.
MOST_DIGITS = 40
_REGISTER = re.compile(r"([rw])([0-9]{1,2})")


class Token(NamedTuple):
    """A word of a source line, from column `column` (0-based) on."""

    text: str
    column: int
    number: bool = False

    @property
    def digits(self) -> int:
        """How many characters a number has, without its sign."""
        return len("".join(self.text.split()).lstrip("+-"))

    @property
    def value(self) -> int:
        """The number it is; of at most `MOST_DIGITS`."""
        digits = "".join(self.text.split())
        return int(digits, 16 if "x" in digits.lower() else 10)

    @property
    def register(self) -> int:
        """The number of the register it is."""
        return int(self.text[1:])

    @property
    def shape(self) -> str:
        """The branch of the tree it takes when it is no fixed word."""
        if self.number:
            return "number"
        if found := _REGISTER.fullmatch(self.text):
            return f"{found[1]} register"
        return "label" if re.match(r"[A-Za-z_.$]", self.text) else self.text


def tokens(text: str, start: int = 0) -> Iterator[Token]:
    """The words of one line without comment, from column `start` on, as they are asked for."""
    for found in _TOKEN.finditer(text, start):
        yield Token(found[0], found.start(), found.lastgroup == "number")


@dataclass
class SyntaxNode:
    """What may follow: fixed words and shapes of operands; `ending` if the text may end here."""

    branches: dict[str, SyntaxNode] = field(default_factory=dict)
    ending: tuple[Op, tuple[str, ...]] | None = None

    def expected(self) -> str:
        """What may follow, in words."""
        fixed = [f"`{key}`" if key not in SHAPES else key for key in self.branches]
        return ", ".join(fixed + ["the end of the line"] * (self.ending is not None))


_SHAPES = {
    **dict.fromkeys(("rd", "rs", "r0"), ("r register",)),
    **dict.fromkeys(("wd", "ws", "w0"), ("w register",)),
    **dict.fromkeys(("imm", "imm64", "off", "next"), ("number",)),
    **dict.fromkeys(("to", "far"), ("number", "label")),
    "label": ("label",),
}
SHAPES = {shape for shapes in _SHAPES.values() for shape in shapes}


def _grow(node: SyntaxNode, words: list[str], operands: tuple[str, ...], op: Op) -> None:
    if not words:
        node.ending = (op, operands)
        return
    word, *rest = words
    operands += (word,) * (word in OPERANDS)
    for key in _SHAPES.get(word, (word,)):
        _grow(node.branches.setdefault(key, SyntaxNode()), rest, operands, op)


@cache
def tree() -> SyntaxNode:
    """The root of the tree of all rows' texts."""
    root = SyntaxNode()
    for op in ROWS:
        for text in op.texts:
            _grow(root, [token.text for token in tokens(text)], (), op)
    return root


@cache
def reserved() -> frozenset[str]:
    """Words that cannot name a label."""
    return frozenset(token.text for op in ROWS for text in op.texts for token in tokens(text))


def label(slot: int) -> str:
    """The name of a slot in printed text."""
    return f"L{slot}"


def _number(value: int) -> str:
    return str(value) if abs(value) < 2**16 else f"{'-' * (value < 0)}{abs(value):#x}"


def _distance(value: int) -> str:
    return f"{'-' if value < 0 else '+'} {abs(value)}"


_PRINT: dict[str, Callable[[Instruction], str]] = {
    "rd": lambda each: f"r{each.dst}",
    "wd": lambda each: f"w{each.dst}",
    "rs": lambda each: f"r{each.src}",
    "ws": lambda each: f"w{each.src}",
    "imm": lambda each: _number(each.imm),
    "imm64": lambda each: _number(each.imm64),
    "off": lambda each: _distance(each.offset),
    "next": lambda each: _distance(each.next_imm),
    **dict.fromkeys(("to", "far", "label"), lambda each: label(each.target)),
}
_OPERAND = re.compile(rf"\b({'|'.join(_PRINT)})\b")


def instruction_text(each: Instruction) -> str:
    """The instruction as assembly text; places are called `L` and their slot."""
    return _OPERAND.sub(lambda word: _PRINT[word[0]](each), each.op.texts[0])
