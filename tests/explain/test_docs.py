# SPDX-License-Identifier: Apache-2.0
"""docs/explain.md: its figure is that of the code."""

from __future__ import annotations

from pathlib import Path

from lightexit.explain import registers

PAGE = (Path(__file__).parents[2] / "docs" / "explain.md").read_text("utf-8")


def test_its_figure_is_that_of_the_code() -> None:
    assert f"more than {registers.MOST_PROOFS} proofs" in PAGE
