# SPDX-License-Identifier: Apache-2.0
"""The code blocks of a page, and what the page says of each."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

_REASON = re.compile(r"<!-- (?:not run|printed by): (.*?) -->\s*\Z", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One block; `line` is that of the page where its text begins, from 1 on."""

    page: str
    line: int
    language: str
    options: dict[str, str]
    reason: str
    text: str

    @property
    def where(self) -> str:
        """The page and the line of it."""
        return f"{self.page}:{self.line}"


def blocks(page: Path) -> list[Block]:
    """All of a page, in its order; what is indented has no language."""
    found, before = [], ""
    for token in MarkdownIt().parse(page.read_text("utf-8")):
        if token.type in ("fence", "code_block"):
            language, *words = shlex.split(token.info) or [""]
            options = {key: value for key, _, value in (word.partition("=") for word in words)}
            assert token.map is not None
            line = token.map[0] + (2 if token.type == "fence" else 1)
            told = _REASON.search(before)
            reason = " ".join(told[1].split()) if told else ""
            found.append(Block(page.name, line, language, options, reason, token.content))
        before = token.content if token.type == "html_block" else ""
    return found


def commands(block: Block) -> list[tuple[int, str, str]]:
    """Of a console block: each command's line in the page, the command, what is shown behind it."""
    begun = re.finditer(
        r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", block.text.rstrip("\n") + "\n", re.MULTILINE
    )
    return [
        (block.line + block.text.count("\n", 0, each.start()), each[1], each[2]) for each in begun
    ]
