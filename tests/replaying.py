# SPDX-License-Identifier: Apache-2.0
"""Random accesses of a device, and what a machine with it recorded of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from lightexit.abi import Space
from lightexit.targets import find_maker
from lightexit.targets.finding import DeviceMaker
from lightexit.trace.access import Access, Answer
from lightexit.trace.replay.checks import Timeline
from lightexit.trace.replay.compare import Contest, Replay, ReplayResult
from lightexit.trace.replay.plan import DevicePlan
from lightexit.trace.replay.sides import ReplayedDevices, ReplaySide

PID = 4242


def plan(name: str, maker: DeviceMaker | None = None, *bases: tuple[str, int]) -> DevicePlan:
    """A device where a PC has it."""
    return DevicePlan(name, maker or find_maker(name).maker, bases)


def access(
    address: int,
    value: int | None = None,
    *,
    time_ns: int = 0,
    size: int = 1,
    is_write: bool = False,
    space: Space = Space.PIO,
) -> Access:
    """One access."""
    return Access(time_ns, PID, 0, space, address, size, is_write, value, Answer.USER, None)


def accesses(plans: Sequence[DevicePlan], most: int = 24) -> st.SearchStrategy[list[Access]]:
    """Traffic on all registers of devices, some of it beside them or across their ends."""
    kinds = []
    for _, region in ReplayedDevices(plans, None).windows:
        addresses = st.integers(region.base, region.base + region.size - 1)
        widths = [8] if region.space is Space.MSR else [region.register_width or 1] * 6 + [1, 2, 4]
        kinds.append(st.tuples(st.just(region.space), addresses, st.sampled_from(widths)))
    waits = st.sampled_from([0, 1, 838, 839, 1_000_000]) | st.integers(0, 10**10)
    step = st.tuples(st.one_of(kinds), waits, st.none() | st.integers(0, 2**64 - 1))
    return st.lists(step, min_size=1, max_size=most).map(_timed)


def _timed(
    steps: Sequence[tuple[tuple[Space, int, int], int, int | None]],
) -> list[Access]:
    found, now_ns = [], 0
    for (space, address, size), wait, value in steps:
        now_ns += wait
        written = None if value is None else value & ((1 << 8 * size) - 1)
        found.append(
            access(
                address,
                written,
                time_ns=now_ns,
                size=size,
                is_write=value is not None,
                space=space,
            )
        )
    return found


def recorded(side: ReplaySide, steps: Sequence[Access]) -> list[Access]:
    """The same, with the values that a machine has answered."""
    found = []
    for step in steps:
        side.due(step.time_ns)
        value = side.perform(step)
        found.append(step if step.is_write else replace(step, value=value))
    return found


def replayed(
    sides: Sequence[ReplaySide],
    steps: Sequence[Access],
    *,
    recorded: bool = False,
    allowed: Sequence[str] = (),
) -> ReplayResult:
    """A replay whose VM time is the recording's."""
    whole = all(isinstance(side, ReplayedDevices) for side in sides)
    contest = Contest(sides, whole, recorded, frozenset(allowed))
    return Replay(contest, Timeline(0)).run(steps)
