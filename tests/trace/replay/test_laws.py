# SPDX-License-Identifier: Apache-2.0
"""What a machine has recorded is replayed without a difference; a wrong model is found at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scale
from lightexit import plugins
from lightexit.devices.device import Device
from lightexit.engine.native import NativeEngine
from lightexit.targets import find_maker
from lightexit.trace.access import Access
from lightexit.trace.replay.plan import DevicePlan
from lightexit.trace.replay.sides import ReplayedDevices
from replaying import accesses, plan, recorded, replayed

DEVICES = sorted(plugins.DEVICES.ours)
ENGINE = NativeEngine()
SETTINGS = settings(deadline=None, max_examples=40 if scale.is_long else 6)


def both(plans: Sequence[DevicePlan]) -> tuple[ReplayedDevices, ReplayedDevices]:
    return ReplayedDevices(plans, None), ReplayedDevices(plans, ENGINE)


@pytest.mark.parametrize("name", DEVICES)
@SETTINGS
@given(data=st.data())
def test_what_a_machine_recorded_is_replayed_alike(name: str, data: st.DataObject) -> None:
    plans = [plan(name)]
    steps = data.draw(accesses(plans))
    told = recorded(ReplayedDevices(plans, ENGINE), steps)
    result = replayed(both(plans), told, recorded=True)
    assert result.first is None
    assert result.replayed == result.read == len(steps)


def wrong(kind: type[Device[Any]]) -> type[Device[Any]]:
    """A model whose reads have their lowest bit inverted: where a filter reads right, it shows."""

    class Wrong(kind):  # type: ignore[misc, valid-type]
        def read(self, offset: int, size: int) -> int:
            return int(super().read(offset, size)) ^ 1

    Wrong.__name__ = kind.__name__
    return Wrong


def first_filtered_read(kind: type[Device[Any]], steps: Sequence[Access]) -> int | None:
    """The number of the first read of which a filter of its own answers a part."""
    side = ReplayedDevices([plan(kind.name, kind)], ENGINE)
    for number, step in enumerate(steps, 1):
        before = side.filtered
        side.due(step.time_ns)
        side.perform(step)
        where = side.register(step.space, step.address, step.size)
        is_its = where is not None and where[0] == kind.name
        if side.filtered > before and is_its and not step.is_write:
            return number
    return None


@pytest.mark.parametrize("name", DEVICES)
@SETTINGS
@given(data=st.data())
def test_a_wrong_model_is_found_at_the_very_access(name: str, data: st.DataObject) -> None:
    plans = [plan(name, wrong(find_maker(name).maker))]  # type: ignore[arg-type]
    steps = data.draw(accesses(plans))
    first = replayed(both(plans), steps).first
    expected = first_filtered_read(plans[0].maker, steps)  # type: ignore[arg-type]
    assert (first and first.number) == expected
    if first is not None:
        assert first.is_value
        assert first.titles == ("without filters", "with filters")
