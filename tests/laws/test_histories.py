# SPDX-License-Identifier: Apache-2.0
"""What vCPUs do at once has an order that the definition accepts, or the law notices.

`python -m laws.histories --count N`, in tests/, takes as many histories as one likes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

import pytest

from laws.histories import DisagreementError, hold, search
from laws.vcpu_cases import ACCESSES, PORTS, Access, Case, History, Pair, Spread, random_case
from laws.vcpu_recorder import ROUNDS, Recorder
from lightexit.abi import StateMemory
from lightexit.bus.bus import Bus

HISTORIES = 60
#: As many histories, at most, until one shows that vCPUs were in each other's way.
PATIENCE = 3000
needs_two_cpus = pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2 if hasattr(os, "sched_getaffinity") else False,
    reason="one CPU: nothing happens at once",
)


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with Recorder() as made:
        yield made


def test_every_history_has_an_order() -> None:
    seen = search(0, HISTORIES)
    assert min(seen["handled"], seen["passed"]) > HISTORIES


def is_noticed(change: Callable[[Bus, Pair], None], *accesses: Access) -> bool:
    """Whether a history has no order where every vCPU does one thing again and again."""
    case = Case((1, 2), tuple((access,) * ACCESSES for access in accesses))
    with Recorder(change) as recorder:
        for _ in range(0, PATIENCE, ROUNDS):
            try:
                for history in recorder.record([case] * ROUNDS):
                    hold(history)
            except DisagreementError:
                return True
    return False


@needs_two_cpus
def test_the_law_notices_a_writer_that_takes_no_lock() -> None:
    def unlock(bus: Bus, pair: Pair) -> None:
        bus._ports[pair[0]][0]._record.fields.writes_state = False

    assert is_noticed(unlock, Access(0, 4), Access(0, 4))


@pytest.mark.long
@needs_two_cpus
def test_the_law_notices_a_reader_that_looks_at_another_state_s_version() -> None:
    elsewhere = StateMemory(Spread)

    def mislead(bus: Bus, pair: Pair) -> None:
        bus._ports[pair[0]][1]._record.fields.locks[0] = elsewhere.address

    assert is_noticed(mislead, Access(0, 4), Access(8, 4))


@needs_two_cpus
def test_contention_adds_passes(recorder: Recorder) -> None:
    rounds = (range(first, first + ROUNDS) for first in range(0, PATIENCE, ROUNDS))
    cases = ([random_case(Random(seed)) for seed in seeds] for seeds in rounds)
    assert any(hold(history) for each in cases for history in recorder.record(each))


# Histories that no bus may give


def _filled(*accesses: Access) -> tuple[Access, ...]:
    """With reads of nothing, as many as there have to be."""
    return accesses + (Access(PORTS, 4),) * (ACCESSES - len(accesses))


ADDS = Case((1, 2), (_filled(Access(0, 4, 3), Access(8, 4)), _filled(Access(0, 4, 6))))


def recorded(recorder: Recorder, case: Case) -> History:
    (history,) = recorder.record([case])
    return history


def test_a_value_that_no_order_gives_is_refused(recorder: Recorder) -> None:
    history = recorded(recorder, ADDS)
    hold(history)
    (wrote, read, *rest), other = history.answers
    with pytest.raises(DisagreementError, match="no order explains"):
        hold(replace(history, answers=((wrote, read ^ 1, *rest), other)))


def test_states_that_no_order_leaves_are_refused(recorder: Recorder) -> None:
    history = recorded(recorder, ADDS)
    after = bytes([history.after[0][0] ^ 1]) + history.after[0][1:], history.after[1]
    with pytest.raises(DisagreementError):
        hold(replace(history, after=after))


def test_a_model_that_was_called_once_too_often_is_refused(recorder: Recorder) -> None:
    history = recorded(recorder, ADDS)
    with pytest.raises(DisagreementError):
        hold(replace(history, events=(*history.events, (0, "one", "write", 0, 4, 3))))


def test_a_history_where_a_filter_handled_what_it_must_pass_is_refused(recorder: Recorder) -> None:
    """A write of 5 is the model's: the events say so."""
    history = recorded(
        recorder, Case((1, 2), (_filled(Access(0, 4, 5)), _filled(Access(16, 4, 8))))
    )
    assert (0, "one", "write", 0, 4, 5) in history.events
    with pytest.raises(DisagreementError):
        hold(replace(history, events=()))


def test_an_access_that_is_not_counted_is_refused(recorder: Recorder) -> None:
    history = recorded(recorder, ADDS)
    counts = {key: count + (key[1] == 8) for key, count in history.counts.items()}
    with pytest.raises(DisagreementError, match="by definition"):
        hold(replace(history, counts=counts))
