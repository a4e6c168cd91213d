# SPDX-License-Identifier: Apache-2.0
"""Each variant on this host's KVM: the accesses are made, and answered by whom it says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from lightexit.errors import HostError
from lightexit.measure.variants import EMPTY, TITLES, VARIANTS, Answerer, TimedVm, Variant
from lightexit.vm.kvm.attach import unavailable
from lightexit.vm.kvm.system import Kvm

ACCESSES = 40


@pytest.fixture(params=VARIANTS, ids=lambda each: f"{each.access.name}-{each.answerer}")
def timed(request: pytest.FixtureRequest) -> Iterator[TimedVm]:
    variant: Variant = request.param
    reason = unavailable() if variant.answerer is Answerer.MODULE else None
    try:
        Kvm().close()
    except HostError as error:
        reason = error.found
    if reason:
        pytest.skip(reason)
    with closing(TimedVm(variant)) as vm:
        yield vm


def test_accesses_are_answered_by_whom_it_says(timed: TimedVm) -> None:
    times = timed.turn(ACCESSES)
    assert len(times) == ACCESSES
    assert all(0 < each < 2**32 for each in times)
    # Those that set up the PIT and end the turn come to user space in any case.
    assert (timed.entries >= ACCESSES) is timed.variant.exits
    measured = [each for each in timed.counts() if each.device != "end_of_turn"]
    handled = sum(each.handled for each in measured)
    passed = sum(each.passed for each in measured)
    # A PIT that has just been set up passes a read or two.
    assert (handled >= ACCESSES - 3) is (timed.variant.answerer is Answerer.NATIVE_FILTER)
    assert (passed >= ACCESSES) is (timed.variant.answerer is Answerer.PYTHON_MODEL)


def test_a_machine_has_as_many_turns_as_are_asked_for(timed: TimedVm) -> None:
    for accesses in (1, 2, 1):
        assert len(timed.turn(accesses)) == accesses


def test_the_rate_of_the_counter_is_known_or_none_is_told() -> None:
    try:
        Kvm().close()
    except HostError as error:
        pytest.skip(error.found)
    with closing(TimedVm(EMPTY)) as vm:
        assert vm.tsc_khz == 0 or 10**5 < vm.tsc_khz < 10**8


def test_no_variant_is_there_twice_and_each_has_a_title() -> None:
    assert len(set(VARIANTS)) == len(VARIANTS)
    assert {each.answerer for each in VARIANTS} == set(Answerer) == set(TITLES)
    assert len({each.title for each in VARIANTS}) == len(VARIANTS)
