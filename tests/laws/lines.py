# SPDX-License-Identifier: Apache-2.0
"""The lines of one random program, as the laws' generators of assembler text write it."""

from __future__ import annotations

from random import Random


class Lines:
    """Collects them; `random` decides what they are."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.lines: list[str] = []
        self._labels = 0

    def say(self, *lines: str) -> None:
        """Append lines."""
        self.lines += lines

    def label(self) -> str:
        """A new label."""
        self._labels += 1
        return f"label{self._labels}"
