# SPDX-License-Identifier: Apache-2.0
"""Every construct of the language can be proved; nothing that the compiler makes is refuted."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("z3", reason="z3 is not installed (extra prove)")
from laws import proofs
from lightexit.errors import AuthorError
from lightexit.filter import Filter
from lightexit.imports import import_file
from lightexit.prover.proof import PROVED, prove_filter
from lightexit.prover.query import Budget

PAGE = Path(__file__).parents[2] / "docs" / "language.md"
_BLOCK = re.compile(r"^```python(?: title=\"(?P<file>[^\"]*)\")?\n(?P<code>.*?)^```$", re.M | re.S)


#: Of 1,224 paths: three branches, then loops of 16 and 8 rounds that may end in each.
MANY_PATHS = "search"


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Filter[Any]]]:
    """The filters of docs/language.md."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    code = []
    for block in _BLOCK.finditer(PAGE.read_text()):
        if block["file"]:
            Path(block["file"]).write_text(block["code"])
        else:
            code.append(block["code"])
    file = tmp_path / "page.py"
    file.write_text("\n".join(code))
    yield [each for each in vars(import_file(file)).values() if isinstance(each, Filter)]
    for name in ("chip", "answering"):
        del sys.modules[name]


def test_every_filter_of_the_page_is_proved(page: list[Filter[Any]]) -> None:
    assert len(page) > 15
    tried = {each.name: prove_filter(each) for each in page if each.name != MANY_PATHS}
    assert not {name: proof for name, proof in tried.items() if proof.verdict != PROVED}


@pytest.mark.long
def test_one_of_many_paths_is_proved(page: list[Filter[Any]]) -> None:
    (search,) = [each for each in page if each.name == MANY_PATHS]
    assert prove_filter(search, Budget(1200)).verdict == PROVED


def test_random_filters_are_not_refuted() -> None:
    tally = proofs.search(0, 6, Budget(2, 1, 200))
    assert tally.proved


@pytest.mark.long
def test_many_random_filters_are_not_refuted() -> None:
    tally = proofs.search(100, 300)
    assert tally.proved * 3 > tally.filters, str(tally)


def test_what_does_not_compile_is_no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(random: object) -> None:
        raise AuthorError("no")

    monkeypatch.setattr(proofs, "written", refused)
    assert proofs.try_filter(0) is None
