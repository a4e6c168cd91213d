# SPDX-License-Identifier: Apache-2.0
"""Texts of reprs: of bounded length, and with nothing in them that a terminal or browser obeys.

Names in them may be anybody's: those of an object file, for one.
"""

from __future__ import annotations

_LINE, _TEXT = 200, 20_000


def one_line(text: str, longest: int = _LINE) -> str:
    """Printable and at most `longest` characters: controls as `\\x1b`, the end as "..."."""
    shown = "".join(map(_printable, text[: longest + 1]))
    return shown if len(shown) <= longest else shown[: longest - 3] + "..."


def preformatted(text: str) -> str:
    """HTML that shows the text as it is, line by line."""
    import html

    lines = (one_line(line) for line in text[:_TEXT].split("\n"))
    rest = "\n..." if len(text) > _TEXT else ""
    return f"<pre>{html.escape(chr(10).join(lines))}{rest}</pre>"


def _printable(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")
