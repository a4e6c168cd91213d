# SPDX-License-Identifier: Apache-2.0
"""ARCHITECTURE.md names files and functions that there are."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "lightexit"
TEXT = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
FILE = re.compile(r"`([\w./]+\.(?:py|c|h|ll|md))`")


def found(name: str) -> Path | None:
    """The file, in the repository or in the package."""
    return next((base / name for base in (ROOT, SOURCE) if (base / name).is_file()), None)


def section(title: str) -> str:
    return TEXT.split(f"## {title}\n")[1].split("\n## ")[0]


def test_every_file_is_there() -> None:
    names = {name for name in FILE.findall(TEXT) if "/" in name}
    assert len(names) > 10
    assert [name for name in names if found(name) is None] == []


def test_one_access_goes_through_six_files() -> None:
    walk = section("The path of one exit").split("\nWhat an access does")[0]
    files = set(FILE.findall(walk)) - {"runtime/kvm_loop.c"}  # in place of Unicorn's hook
    assert len(files) == 6, files
    dispatch = (SOURCE / "runtime/dispatch.c").read_text("utf-8")
    for name in ("port_in", "perform", "try_filter", "ask_model"):
        assert f"`{name}`" in walk
        assert re.search(rf"^\w.*\b{name}\(", dispatch, re.MULTILINE), name
