# SPDX-License-Identifier: Apache-2.0
"""Untrusted text made safe to show, in a terminal, a repr or a browser.

It may be a guest's output, or a name in an object file.
"""

from __future__ import annotations

_LINE, _TEXT = 200, 20_000


def visible(text: str, plain: str = "\n\t") -> str:
    r"""Text that moves nothing on a terminal: what does not print is shown as \x1b or \u202e.

    So are bytes of a file name that are not UTF-8. `plain` stays as it is.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in plain else _escape(c) for c in text)


def _escape(character: str) -> str:
    byte = ord(character) - 0xDC00  # as Python's surrogateescape has it
    if 0x80 <= byte <= 0xFF:
        return f"\\x{byte:02x}"
    return character.encode("unicode_escape").decode()


def one_line(text: str, longest: int = _LINE) -> str:
    """Printable and at most `longest` characters: controls as `\\x1b`, the end as "..."."""
    shown = visible(text[: longest + 1], plain="")
    return shown if len(shown) <= longest else shown[: longest - 3] + "..."


def preformatted(text: str) -> str:
    """HTML that shows the text as it is, line by line."""
    import html

    lines = (one_line(line) for line in text[:_TEXT].split("\n"))
    rest = "\n..." if len(text) > _TEXT else ""
    return f"<pre>{html.escape(chr(10).join(lines))}{rest}</pre>"
