# SPDX-License-Identifier: Apache-2.0
"""Every error a user can meet: what was found, where, what was expected, what to do.

Four kinds, by whose move it is: the author's (`AuthorError`), the machine's
(`HostError`), the guest's (`GuestError`), ours (`InternalError`).
"""

from __future__ import annotations

import linecache
import os
from types import FrameType
from typing import Any, NamedTuple

#: Characters shown of a source line, and of each part of a message.
_WIDEST, _LONGEST = 240, 2000


class Location(NamedTuple):
    """A place in a source file.

    `line` counts from 1, `column` and `end_column` from 0; `text` is the source line.
    """

    file: str
    line: int
    column: int = 0
    end_column: int = 0
    text: str = ""

    def __str__(self) -> str:
        return f"{self.place}:{self.column + 1}" if self.text else self.place

    @property
    def place(self) -> str:
        """File and line. Of a file below the working directory, the path from there."""
        return f"{from_here(self.file)}:{self.line}"

    @classmethod
    def of_frame(cls, frame: FrameType, instruction: int | None = None) -> Location:
        """What a frame is at: now, or where an instruction (`tb_lasti`) stands."""
        code = frame.f_code
        index = (frame.f_lasti if instruction is None else instruction) // 2
        line, last, start, end = list(code.co_positions())[index]
        line = line or code.co_firstlineno
        text = linecache.getline(code.co_filename, line).rstrip("\n")
        if start is None or end is None:
            return cls(code.co_filename, line)
        start, end = _characters(text, start), _characters(text, end)
        return cls(code.co_filename, line, start, end if last == line else len(text), text)

    @classmethod
    def of_line(cls, file: str, line: int) -> Location:
        """A whole line."""
        text = linecache.getline(file, line).rstrip("\n")
        return cls(file, line, len(text) - len(text.lstrip()), len(text), text)

    def excerpt(self) -> str:
        """The source line with a caret line under it; empty when the text is not known."""
        if not self.text:
            return ""
        line = self.text.expandtabs(1)
        indent = len(line) - len(line.lstrip())
        start = max(self.column - indent, 0)
        width = max(min(self.end_column, len(line.rstrip())) - max(self.column, indent), 1)
        first = max(start - _WIDEST // 2, 0)  # of a very long line: what is about the place
        shown = line.strip()[first : first + _WIDEST]
        return f"    {shown}\n    {' ' * (start - first)}{'^' * min(width, _WIDEST // 2)}"


def from_here(file: str) -> str:
    """A file as messages name it."""
    try:
        return file.removeprefix(os.path.join(os.getcwd(), ""))
    except OSError:  # it has been deleted
        return file


def _short(text: str) -> str:
    """The text; of a very long one, its beginning and end."""
    if len(text) <= _LONGEST:
        return text
    left_out = len(text) - _LONGEST
    return f"{text[: _LONGEST // 2]} ... ({left_out:,} characters) ... {text[-_LONGEST // 2 :]}"


def _characters(line: str, byte_offset: int) -> int:
    """A column that counts UTF-8 bytes, as Python's code has it, in characters."""
    return len(line.encode()[:byte_offset].decode(errors="ignore"))


class LightexitError(Exception):
    """Base of all errors: `str(error)` is the whole message, ready to print.

    The compiler's `hint` is code to put in place of the marked text; what else that changes
    stands behind it as a comment. `advice` is in words.
    """

    #: Even: an odd one may be a guest's (`lightexit run --exit-status`).
    exit_status = 2

    def __init__(
        self,
        found: str,
        *,
        where: Location | None = None,
        expected: str = "",
        hint: str = "",
        advice: str = "",
    ) -> None:
        super().__init__(found)
        #: What is wrong, in a sentence.
        self.found = found
        #: Where it was found, in a source file.
        self.where = where
        #: What would have been right; "" where that goes without saying.
        self.expected = expected
        #: Code to put in place of what is marked.
        self.hint = hint
        #: What to do, in words.
        self.advice = advice

    def __str__(self) -> str:
        found = _short(self.found)
        lines = [f"{self.where}: {found}" if self.where else found]
        if self.where and self.where.text:
            lines.append(self.where.excerpt())
        if self.expected:
            lines.append(f"  expected: {_short(self.expected)}")
        if self.hint:
            lines.append(f"  try: {_short(self.hint)}")
        if self.advice:
            lines.append(f"  help: {_short(self.advice)}")
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """All of it as values that `json` can write; "where" is None where no place is known."""
        where = self.where and self.where._asdict()
        if where:
            del where["text"]
        return {
            "found": self.found,
            "where": where,
            "expected": self.expected,
            "hint": self.hint,
            "help": self.advice,
        }


class AuthorError(LightexitError):
    """Something the user wrote is not acceptable: source, bytecode, a file, a command line."""


class UnknownField(AuthorError, AttributeError):  # noqa: N818 - as AttributeError's own name goes
    """A field is named that a struct does not have."""


class HostError(LightexitError):
    """This machine lacks or refuses something that was asked for."""


class GuestError(LightexitError):
    """The guest did something that ends its run."""


class InternalError(LightexitError):
    """A bug in lightexit: never the user's fault; please report it."""

    #: EX_SOFTWARE of sysexits.h.
    exit_status = 70
