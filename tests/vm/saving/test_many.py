# SPDX-License-Identifier: Apache-2.0
"""Some of many.py's restores."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from vm.saving.many import Many, Way, available


def test_a_guest_restored_on_any_way_ends_as_it_should(tmp_path: Path) -> None:
    """On a fast host a guest may end before that many: then another one begins."""
    many = Many(available(), Random(1), tmp_path / "saved")
    while (done := many.seen.total()) < 12:
        many.live(12 - done)


def test_a_guest_is_restored_to_its_end(tmp_path: Path) -> None:
    many = Many([Way("unicorn"), Way("unicorn", "native")], Random(2), tmp_path / "saved")
    many.live(1000)
    assert many.guests == 1


@pytest.mark.long
def test_a_thousand_restores(tmp_path: Path) -> None:
    many = Many(available(), Random(3), tmp_path / "saved")
    while (done := many.seen.total()) < 1000:
        many.live(1000 - done)
