# SPDX-License-Identifier: Apache-2.0
"""Laws of models: whatever a guest does, they answer, in bounded work and memory."""

from __future__ import annotations

import functools
import os
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from types import FrameType
from typing import Any

import lightexit
from lightexit.errors import Location
from lightexit.testing.broken import LawBroken
from lightexit.testing.compare import perform, placed
from lightexit.testing.player import Player
from lightexit.testing.steps import Step, Trace
from lightexit.testing.subject import Subject

#: Lines of a device's code that one step may take.
MOST_LINES = 50_000
#: What a device may keep, beside its state, more than it did before.
MOST_KEPT = 1_000
#: After so many steps it is looked whether a device has grown.
_LOOK_EVERY, _MOST_STEPS = 100, 20_000
#: Whose lines are not counted: what they take is known, or depends on what happened before.
_OTHERS = (
    *sorted({f"{sysconfig.get_path(name)}{os.sep}" for name in ("stdlib", "purelib", "platlib")}),
    f"{os.path.dirname(lightexit.__file__)}{os.sep}",
    "<",
)


def check_answers(subject: Subject, trace: Trace) -> None:
    """Every access is answered, in its width."""
    player = Player(subject, trace.start_ns)
    for number, step in enumerate(trace.steps):
        perform(player, player.timed(step), placed(number, step))


def check_bounded(subject: Subject, trace: Trace) -> None:
    """No step takes long, and no traffic makes the device grow."""
    with _counted("as it is built"):
        player = Player(subject, trace.start_ns)
    for number, step in enumerate(trace.steps):
        _perform(player, step, placed(number, step))
    _check_growth(player, trace.steps)


def _perform(player: Player, step: Step, place: str) -> None:
    with _counted(place):
        perform(player, player.timed(step), place)


@functools.cache
def _is_other(file: str) -> bool:
    own = f"{os.path.dirname(lightexit.__file__)}{os.sep}devices{os.sep}"
    return not file.startswith(own) and file.startswith(_OTHERS)


@contextmanager
def _counted(place: str) -> Iterator[None]:
    """Within, only so many lines of Python run."""
    left = MOST_LINES

    def line(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal left
        left -= event == "line"
        if left < 0:
            raise LawBroken(
                f"{place}: more than {MOST_LINES:,} lines of Python have run",
                where=Location.of_frame(frame),
                expected="work that does not depend on what a guest wrote, or how long it waited",
            )
        return line

    def call(frame: FrameType, _event: str, _argument: Any) -> Any:
        return None if _is_other(frame.f_code.co_filename) else line

    before = sys.gettrace()
    sys.settrace(call)
    try:
        yield
    finally:
        sys.settrace(before)


def _check_growth(player: Player, steps: Sequence[Step]) -> None:
    """Repeat the trace for as long as the device grows."""
    sizes, count = [_kept(player)], 0
    while steps and count < _MOST_STEPS:
        for _ in range(-(-_LOOK_EVERY // len(steps))):
            count += len(steps)
            for step in steps:
                _perform(player, step, f"{step!r}, in a repetition of all steps")
        sizes.append(_kept(player))
        player.events()
        if sizes[-1] <= sizes[-2]:
            return
        if sizes[-1] - sizes[0] > MOST_KEPT:
            raise LawBroken(
                f"after {count:,} steps, again and again, the device keeps {sizes[-1]:,} values "
                f"where it kept {sizes[0]:,}",
                expected="a device that does not grow by what guests do",
                advice="keep in the state what has to be kept: it is saved, too",
            )


def _kept(player: Player) -> int:
    """How many values the devices keep in containers of theirs."""
    seen: set[int] = set()
    return sum(_size(vars(device), seen) for device in player.rig.devices)


def _size(value: Any, seen: set[int]) -> int:
    """Of a container, with all containers in it; of an object of the author's, its attributes."""
    if id(value) in seen:
        return 0
    seen.add(id(value))
    if isinstance(value, str | bytes | bytearray):
        return len(value)
    if isinstance(value, Mapping):
        return len(value) + sum(_size(each, seen) for each in [*value.values()])
    if isinstance(value, list | tuple | Set) or type(value).__name__ == "deque":
        return len(value) + sum(_size(each, seen) for each in [*value])
    if type(value).__module__.startswith(("lightexit.bus", "lightexit.abi")):
        return 0
    return _size(vars(value), seen) if hasattr(value, "__dict__") and not callable(value) else 0
