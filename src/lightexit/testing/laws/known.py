# SPDX-License-Identifier: Apache-2.0
"""The law of traces that are known: they tell what a guest has to read, and levels of lines."""

from __future__ import annotations

from lightexit.rigs.rig import Runner
from lightexit.rigs.runners import plain
from lightexit.testing.broken import LawBroken
from lightexit.testing.compare import filter_at, perform, placed, shown
from lightexit.testing.player import Player
from lightexit.testing.steps import Expect, Trace, told
from lightexit.testing.subject import Subject


def check_known(subject: Subject, trace: Trace) -> None:
    """What the trace tells is so, without filters and with them."""
    _hold(subject, trace, None, "without filters")
    if subject.filters:
        _hold(subject, trace, plain, "with filters")


def _hold(subject: Subject, trace: Trace, runner: Runner | None, title: str) -> None:
    player = Player(subject, trace.start_ns, runner)
    for number, step in enumerate(trace.steps):
        place, expected = placed(number, step), told(step)
        found = perform(player, player.timed(step), place)
        if expected is not None and found != expected:
            what = "the line is" if isinstance(step, Expect) else "it answers"
            error = LawBroken(
                f"{place}: {what} {shown(found)} {title}",
                where=filter_at(player.rig, step) if runner else None,
                expected=shown(expected),
            )
            error.steps = number + 1
            raise error
