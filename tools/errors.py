# SPDX-License-Identifier: Apache-2.0
"""Copies the messages and repairs of filters that tests compare into docs/errors.md.

    python tools/errors.py

In the page, a comment says what stands in the block behind it:

    <!-- printed by: the compiler, golden mistakes/NAME -->       the message
    <!-- not run: repair of golden mistakes/NAME -->              what has to be changed
"""

from __future__ import annotations

import re
from difflib import unified_diff
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/errors.md"
GOLDEN = ROOT / "tests/golden"
_BLOCK = re.compile(
    r"(<!-- (printed by|not run): [\w ,]*golden ([\w/]+) -->\n\n```\w+\n)(.*?)(^```)",
    re.DOTALL | re.MULTILINE,
)


class Mistake(NamedTuple):
    """A source, what is said of it, and how it should be; "" where no test has that."""

    source: str
    message: str
    repaired: str


def golden(name: str) -> Mistake:
    """What the file `name` holds, as in "mistakes/float"."""
    text = (GOLDEN / f"{name}.txt").read_text("utf-8")
    place = re.escape(name.partition("/")[2])
    told = re.search(rf"^{place}\.py:\d.*?(?=\n\n|\n\Z)", text, re.DOTALL | re.MULTILINE)
    assert told, f"{name} has no message"
    return Mistake(text[: told.start()].strip("\n"), told[0], text[told.end() :].strip("\n"))


def _change(mistake: Mistake) -> str:
    lines = unified_diff(mistake.source.split("\n"), mistake.repaired.split("\n"), n=0, lineterm="")
    changed = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
    code = dedent("\n".join(line[1:] for line in changed)).split("\n")
    return "\n".join(f"{line[0]} {text}".rstrip() for line, text in zip(changed, code, strict=True))


def current(page: str) -> str:
    """The page with its messages and repairs as they are now."""

    def filled(block: re.Match[str]) -> str:
        head, kind, name, _, end = block.groups()
        mistake = golden(name)
        text = mistake.message if kind == "printed by" else _change(mistake)
        return f"{head}{text}\n{end}"

    return _BLOCK.sub(filled, page)


if __name__ == "__main__":
    PAGE.write_text(current(PAGE.read_text("utf-8")), "utf-8")
