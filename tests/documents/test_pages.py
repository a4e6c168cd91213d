# SPDX-License-Identifier: Apache-2.0
"""What pages show is run, and printed is what they show."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from documents.blocks import blocks
from documents.place import ROOT, MissingError, Place, WrongPageError

PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_shows_what_is_printed(page: Path, tmp_path: Path, programs: Path) -> None:
    try:
        Place(tmp_path, programs).follow(blocks(page))
    except MissingError as missing:
        pytest.skip(str(missing))
    except WrongPageError as wrong:
        raise pytest.fail.Exception(str(wrong), pytrace=False) from None


def test_tests_that_reasons_name_are_there() -> None:
    reasons = [block.reason for page in PAGES for block in blocks(page)]
    named = re.findall(r"tests/[\w/]+(?:\.py)?", " ".join(reasons))
    assert [name for name in named if not (ROOT / name).exists()] == []
