# SPDX-License-Identifier: Apache-2.0
"""The module stays small beside the devices of KVM that it stands for: docs/kernel-trust.md."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


def lines(path: Path) -> int:
    """Lines that are neither blank nor comment."""
    return sum(1 for line in COMMENT.sub("", path.read_text()).splitlines() if line.strip())


def row(name: str, text: str) -> int:
    """The first number of a row that begins so."""
    found = re.search(rf"^\| {re.escape(name)}[^|]*\| (\d+) \|", text, re.MULTILINE)
    assert found
    return int(found[1])


def test_a_fifth_of_kvms_lines() -> None:
    sources = [path for pattern in ("*.c", "*.h") for path in (REPOSITORY / "kernel").glob(pattern)]
    counted = sum(map(lines, sources))
    text = (REPOSITORY / "docs/kernel-trust.md").read_text()
    said, kvm = (row(name, text) for name in ("`main.c`", "KVM together"))
    assert counted == said
    assert counted * 5 <= kvm
