# SPDX-License-Identifier: Apache-2.0
"""The module stays smaller than the device of KVM that it makes unnecessary."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
#: What the shared headers have for user space.
ELSE = re.compile(r"^#else$.*?(?=^#endif)", re.DOTALL | re.MULTILINE)
SHARED = ("lightexit_seqcount.h", "lightexit_clock.h")


def lines(path: Path) -> int:
    """Lines that are neither blank nor comment."""
    text = ELSE.sub("", COMMENT.sub("", path.read_text()))
    return sum(1 for line in text.splitlines() if line.strip())


def row(name: str, text: str) -> int:
    """The first number of a row that begins so."""
    found = re.search(rf"^\| {re.escape(name)}[^|]*\| (\d+) \|", text, re.MULTILINE)
    assert found
    return int(found[1])


def test_smaller_than_kvms_pit() -> None:
    sources = [path for pattern in ("*.c", "*.h") for path in (REPOSITORY / "kernel").glob(pattern)]
    counted = sum(map(lines, sources))
    shared = sum(lines(REPOSITORY / "kernel/uapi" / name) for name in SHARED)
    text = (REPOSITORY / "docs/kernel-trust.md").read_text()
    said, pit = (row(name, text) for name in ("`main.c`", "KVM: `i8254.[ch]`"))
    assert counted == said
    assert shared == row("`uapi/lightexit_seqcount.h`", text)
    assert counted < pit
    design = (REPOSITORY / "docs/design.md").read_text()
    assert f"the module's trusted code is {counted} lines" in design
    assert f"and {shared} of two headers" in design


def test_the_prototype_is_as_long_as_its_page_says() -> None:
    text = (REPOSITORY / "docs/upstream.md").read_text()
    folder = REPOSITORY / "kernel/upstream"
    names = ("ops.c", "access.c", "device.c", "kvm_io_filter_uapi.h", "unexported.c")
    said = {name: row(f"`{name}`", text) for name in names}
    assert said == {name: len((folder / name).read_text().splitlines()) for name in names}
