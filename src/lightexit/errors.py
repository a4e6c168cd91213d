# SPDX-License-Identifier: Apache-2.0
"""Every error a user can meet: what was found, where, what was expected, what to do.

Four kinds, by whose move it is: the author's (`AuthorError`), the machine's
(`HostError`), the guest's (`GuestError`), ours (`InternalError`).
"""

from __future__ import annotations

from typing import NamedTuple


class Location(NamedTuple):
    """A place in a file that somebody wrote.

    `line` counts from 1, `column` and `end_column` from 0; `text` is the source line.
    """

    file: str
    line: int
    column: int = 0
    end_column: int = 0
    text: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}"
        return f"{place}:{self.column + 1}" if self.text else place

    def excerpt(self) -> str:
        """The source line with a caret line under it; empty when the text is not known."""
        if not self.text:
            return ""
        line = self.text.expandtabs(1)
        indent = len(line) - len(line.lstrip())
        start = max(self.column - indent, 0)
        width = max(min(self.end_column, len(line.rstrip())) - max(self.column, indent), 1)
        return f"    {line.strip()}\n    {' ' * start}{'^' * width}"


class LightexitError(Exception):
    """Base of all errors: `str(error)` is the whole message, ready to print.

    The compiler's `hint` is code to put in place of the marked text; what else that changes
    stands behind it as a comment. `advice` is in words.
    """

    exit_status = 1

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
        self.found = found
        self.where = where
        self.expected = expected
        self.hint = hint
        self.advice = advice

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.found}" if self.where else self.found]
        if self.where and self.where.text:
            lines.append(self.where.excerpt())
        if self.expected:
            lines.append(f"  expected: {self.expected}")
        if self.hint:
            lines.append(f"  try: {self.hint}")
        if self.advice:
            lines.append(f"  help: {self.advice}")
        return "\n".join(lines)


class AuthorError(LightexitError):
    """Something the user wrote is not acceptable: source, bytecode, a file, a command line."""


class HostError(LightexitError):
    """This machine lacks or refuses something that was asked for."""


class GuestError(LightexitError):
    """The guest did something that ends its run."""


class InternalError(LightexitError):
    """A bug in lightexit: never the user's fault; please report it."""

    exit_status = 2
