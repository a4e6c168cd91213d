# SPDX-License-Identifier: Apache-2.0
"""Every device of the library obeys every law of `lightexit.testing`."""

from __future__ import annotations

import pytest
from hypothesis import settings

import scale
from devices.subjects import SUBJECTS
from lightexit.plugins import DEVICES
from lightexit.testing import search

#: Each example is held to all laws, and so takes ten times as long as examples do elsewhere.
TERMS = settings(derandomize=True, database=None, max_examples=200 if scale.is_long else 5)
#: No filter of these runs more instructions than that.
SHORT = ("debugcon", "fw_cfg", "i440fx", "pm", "port92", "ps2", "rtc", "uart")
MAX_COST = 50
FILTERS = {
    f"{name}.{filter.name}": filter
    for name in SHORT
    for filter, _, _ in SUBJECTS[name].filters.values()
}


def test_every_device_is_there() -> None:
    assert SUBJECTS.keys() == DEVICES.ours.keys()


@pytest.mark.parametrize("device", SUBJECTS)
def test_a_device_obeys_every_law(device: str) -> None:
    search(SUBJECTS[device], terms=TERMS)


def test_who_is_exempt_has_a_reason() -> None:
    exempt = {name: subject.exempt for name, subject in SUBJECTS.items() if subject.exempt}
    assert {name: list(laws) for name, laws in exempt.items()} == {
        "uart": ["reset"],
    }


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_is_accepted_and_short(name: str) -> None:
    """The bound stands in docs/devices.md."""
    report = FILTERS[name].report
    assert report.accepted
    assert report.cost <= MAX_COST
