# SPDX-License-Identifier: Apache-2.0
"""Doorbells with a payload in the kernel: no exits, no lost ring, few wake-ups."""

from __future__ import annotations

import pytest

from kernel.inside.payload import RINGS, measure


@pytest.mark.parametrize("pause", [1, 2000])
def test_the_value_gets_to_another_process_with_no_exit(pause: int) -> None:
    """The other process is killed once on the way, and another goes on."""
    counted = measure(pause)
    assert counted.rings == counted.handled == counted.done == RINGS
    assert counted.exits == 0
    assert 0 < counted.wake_ups <= RINGS
