# SPDX-License-Identifier: Apache-2.0
"""docs/rust.md: its program is built as it says, and prints what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from documents.blocks import blocks
from lightexit.build.outputs import check, outputs
from lightexit.build.sources import of_device
from lightexit.engine.native.target import object_triple
from rust.cargo import BINDINGS, MISSING, ROOT, passed

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

_MANIFEST = f"""[package]
name = "document"
version = "0.1.0"
edition = "2021"
[workspace]
[dependencies]
lightexit = {{ path = "{BINDINGS / "lightexit"}" }}
"""


@pytest.mark.long
def test_the_program_prints_what_the_page_shows(tmp_path: Path) -> None:
    found = blocks(ROOT / "docs/rust.md")
    files = {block.options["title"]: block.text for block in found if "title" in block.options}
    assert list(files) == ["build.rs", "src/main.rs"]
    (tmp_path / "filters").mkdir()
    (tmp_path / "src").mkdir()
    (tmp_path / "Cargo.toml").write_text(_MANIFEST)
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    sources = of_device("port92", None)
    check(sources)
    for name, data in outputs(sources, object_triple(None), rust=True).contents.items():
        (tmp_path / "filters" / name).write_bytes(data)
    said = passed("run", "-q", "--offline", folder=tmp_path)
    assert said in [block.text for block in found if block.language == "text"]
