# SPDX-License-Identifier: Apache-2.0
"""docs/testing.md: its table is that of the laws."""

from __future__ import annotations

import re
from pathlib import Path

from lightexit.testing import LAWS

PAGE = (Path(__file__).parents[2] / "docs/testing.md").read_text()


def test_the_table_has_all_laws() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE, re.MULTILINE)
    assert rows == [(law.name, law.says) for law in LAWS.values()]
