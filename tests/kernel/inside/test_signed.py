# SPDX-License-Identifier: Apache-2.0
"""Filters with signed numbers: the kernel takes them, and they do there what CPython does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kernel.signed import Entry, complaint, entries
from lightexit.engine.kernel import KernelEngine

PARTS = 10
_TOLD = 3


@pytest.fixture(scope="module")
def filters() -> list[Entry]:
    return entries(Path(os.environ["LIGHTEXIT_RIG"]))


@pytest.mark.parametrize("part", range(PARTS))
def test_signed_filters_do_what_cpython_does(filters: list[Entry], part: int) -> None:
    mine = filters[part::PARTS]
    assert len(mine) > 40
    found = [(each.name, complaint(each, KernelEngine(each.masked))) for each in mine]
    wrong = {name: text for name, text in found if text}
    assert not wrong, "\n".join([f"wrong: {'; '.join(wrong)}", *list(wrong.values())[:_TOLD]])
