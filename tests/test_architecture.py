# SPDX-License-Identifier: Apache-2.0
"""Documents and tools name files that there are; ARCHITECTURE.md functions, too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "lightexit"
TEXT = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
SUPERSEDED = "0004-dispatch-is-llvm-ir.md"
FILE = re.compile(r"`([\w./]+\.(?:py|c|h|ll|md))`")
#: Files of Linux, which docs/upstream.md names.
LINUX = ("kernel/bpf/", "virt/kvm/", "include/", "tools/testing/")


def found(name: str) -> Path | None:
    """The file, in the repository or in the package."""
    bases = (ROOT, SOURCE, ROOT / "kernel")
    return next((base / name for base in bases if (base / name).is_file()), None)


def section(title: str) -> str:
    return TEXT.split(f"## {title}\n")[1].split("\n## ")[0]


DOCUMENTS = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_is_there(document: Path) -> None:
    if document.name == SUPERSEDED:
        pytest.skip("tells of what is no more")
    names = {name for name in FILE.findall(document.read_text("utf-8")) if "/" in name}
    ours = [name for name in sorted(names) if not name.startswith(LINUX)]
    assert [name for name in ours if found(name) is None] == []


@pytest.mark.parametrize("tool", sorted((ROOT / "tools").glob("*.py")), ids=lambda path: path.name)
def test_every_test_that_a_tool_runs_is_there(tool: Path) -> None:
    names = re.findall(r'"(tests/[^"]+)"', tool.read_text("utf-8"))
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_one_access_goes_through_six_files() -> None:
    walk = section("The path of one exit").split("\nWhat an access does")[0]
    files = set(FILE.findall(walk)) - {"runtime/kvm_loop.c"}  # in place of Unicorn's hook
    assert len(files) == 6, files
    dispatch = (SOURCE / "runtime/dispatch.c").read_text("utf-8")
    for name in ("port_in", "perform", "try_filter", "ask_model"):
        assert f"`{name}`" in walk
        assert re.search(rf"^\w.*\b{name}\(", dispatch, re.MULTILINE), name
