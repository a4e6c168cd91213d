# SPDX-License-Identifier: Apache-2.0
"""What a page shows against what was printed."""

from __future__ import annotations

import re
from difflib import unified_diff

_FIGURE = re.compile(r"(?<![\w.])[+-]?(?!0x)\d[\d,]*(?:\.\d+)?")


def difference(shown: str, printed: str, *, figures: bool = False) -> str:
    """A diff, or nothing where they agree.

    A line of only `...` stands for any lines, `[..]` for any text of a line. With `figures`, a
    number stands for any number and white space for any.
    """
    wanted, got = _lines(shown, figures), _lines(printed, figures)
    patterns = [_pattern(line) for line in wanted]
    if re.fullmatch("".join(patterns), "".join(f"{line}\n" for line in got)):
        return ""
    alike = [
        next((line for line, each in zip(wanted, patterns, strict=True) if _is(each, other)), other)
        for other in got
    ]
    return "\n".join(unified_diff(wanted, alike, "the page shows", "printed is", n=2, lineterm=""))


def _lines(text: str, figures: bool) -> list[str]:
    lines = [line.rstrip() for line in text.rstrip().splitlines()]
    return [" ".join(_FIGURE.sub("N", line).split()) for line in lines] if figures else lines


def _pattern(line: str) -> str:
    if line == "...":
        return r"(?:.*\n)*?"
    return ".*".join(re.escape(part) for part in line.split("[..]")) + r"\n"


def _is(pattern: str, line: str) -> bool:
    return not pattern.startswith("(?:") and re.fullmatch(pattern, f"{line}\n") is not None
