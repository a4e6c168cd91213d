# SPDX-License-Identifier: Apache-2.0
"""A limit for several vCPUs: every access is counted, and the run ends at the limit."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from lightexit.abi import IoContext, Space
from lightexit.bus.bus import UNLIMITED, Bus, BusCpu
from lightexit.bus.clock import ManualClock
from lightexit.bus.memory import Record
from lightexit.bus.native import dispatch
from lightexit.vm.budget import SharedBudget

PORTION = 10


def access(cpu: BusCpu, times: int) -> None:
    """Reads of an unclaimed port."""
    context = Record(IoContext)
    context.fields.space, context.fields.offset, context.fields.size = Space.PIO, 0x80, 1
    for _ in range(times):
        dispatch().access(cpu.address, context.address)


class Counted:
    """Some vCPUs, and how many accesses had been made each time the budget was spent."""

    def __init__(self, cpus: int) -> None:
        self.bus = Bus(ManualClock(), vcpus=cpus)
        self.made = 0
        self.ends: list[int] = []
        self.budget = SharedBudget(self.bus.cpus, self._end, PORTION)

    def _end(self) -> None:
        self.ends.append(self.made)

    def access(self, cpu: int) -> None:
        self.made += 1  # the access that spends a budget is one of it
        access(self.bus.cpus[cpu], 1)


#: Which vCPU makes an access, and how many in a row.
bursts = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 40)), max_size=30)


@settings(derandomize=True, deadline=None)
@given(limit=st.integers(1, 200), bursts=bursts)
def test_a_run_ends_at_its_limit_or_at_most_a_portion_later(
    limit: int, bursts: list[tuple[int, int]]
) -> None:
    counted = Counted(3)
    counted.budget.start(limit)
    for cpu, times in bursts:
        for _ in range(times):
            counted.access(cpu)
            assert counted.budget.used == counted.made
            if counted.ends:
                assert limit <= counted.ends[0] == counted.made < limit + 3 * PORTION
                return
    # Not over: what is left was given out, so that it ends if it goes on.
    assert counted.made < limit + 3 * PORTION


@settings(derandomize=True, deadline=None)
@given(limit=st.integers(1, 100_000))
def test_a_single_active_vcpu_ends_exactly_at_the_limit(limit: int) -> None:
    counted = Counted(3)
    counted.budget.start(limit)
    assert sum(cpu.state.budget for cpu in counted.bus.cpus) <= max(limit, 3)
    # All but the last access at once.
    access(counted.bus.cpus[1], min(limit, 3000) - 1)
    assert counted.ends == []
    if limit <= 3000:
        access(counted.bus.cpus[1], 1)
        assert len(counted.ends) == 1


def test_a_run_without_a_limit_is_not_ended() -> None:
    counted = Counted(2)
    for cpu in counted.bus.cpus:
        access(cpu, 5)
    assert (counted.budget.used, counted.ends) == (10, [])
    counted.budget.start(UNLIMITED)
    assert counted.budget.used == 0


def test_accesses_after_the_limit_are_counted_too() -> None:
    counted = Counted(2)
    counted.budget.start(4)
    access(counted.bus.cpus[0], 10)
    assert counted.budget.used == 10
    assert len(counted.ends) == 1
