# SPDX-License-Identifier: Apache-2.0
"""Laws of time: deadlines are kept exactly, and nothing depends on when a device is advanced."""

from __future__ import annotations

from typing import Any

from lightexit.devices.device import Device
from lightexit.rigs.runners import plain
from lightexit.testing.broken import LawBroken
from lightexit.testing.compare import Sides, filter_at, guarded, perform, placed
from lightexit.testing.player import MOST_DEADLINES, Player
from lightexit.testing.steps import Jump, Read, Step, Trace, Wait, Write
from lightexit.testing.subject import Subject


def check_deadlines(subject: Subject, trace: Trace) -> None:
    """A device that is advanced at its deadline does something then, and not before; and a machine
    knows of the deadline."""
    for runner in (None, plain) if subject.filters else (None,):
        _hold(Player(subject, trace.start_ns, runner), trace)


def _hold(player: Player, trace: Trace) -> None:
    for number, step in enumerate(trace.steps):
        place, step = placed(number, step), player.timed(step)
        if isinstance(step, Wait):
            _wait(player, step.ns, place)
        elif isinstance(step, Read | Write):
            _access(player, step, place)
        else:
            perform(player, step, place)
        if not player.is_late:
            _not_due(player, place)


def _access(player: Player, step: Read | Write, place: str) -> None:
    devices, asked = player.rig.devices, player.rig.asked
    before = [device.next_wakeup() for device in devices]
    asked.clear()
    perform(player, step, place)
    for device, known_ns in zip(devices, before, strict=True):
        # What comes over a wire is the machine's to see, which makes the wires.
        if device.memory not in asked and not device.inputs:
            _check_known(player, device, known_ns, step, place)


def _check_known(
    player: Player, device: Device[Any], known_ns: int | None, step: Read | Write, place: str
) -> None:
    deadline = device.next_wakeup()
    if deadline is None or (known_ns is not None and known_ns <= deadline):
        return
    by_filter = not player.rig.asked
    raise LawBroken(
        f"{place}: {'the filter' if by_filter else 'the model'} brings the deadline of "
        f"{device.name} forward to {deadline} ns, and the machine does not ask for it",
        where=filter_at(player.rig, step) if by_filter else None,
        expected="a PASS where a deadline comes forward: the machine asks after a model's answer"
        if by_filter
        else f"the state of {device.name} among the region's, or a wire: the machine asks then",
    )


def _wait(player: Player, ns: int, place: str) -> None:
    end = player.now_ns + ns
    player.wait(0)
    for _ in range(MOST_DEADLINES):
        deadline = player.rig.deadline()
        if deadline is None or deadline > end:
            break
        _pass(player, deadline - 1, place)
        if player.rig.deadline() != deadline:
            raise LawBroken(
                f"{place}: 1 ns before the deadline of {deadline} ns, that has become "
                f"{player.rig.deadline()}",
                expected="a deadline that stays while nothing happens but that time passes",
            )
        before = _seen(player)
        _pass(player, deadline, place)
        if _seen(player) == before:
            raise LawBroken(
                f"{place}: at its deadline of {deadline} ns, the device does nothing",
                expected="a deadline when state or lines change: each one wakes the host up",
            )
        _not_due(player, place)
    player.wait(max(end - player.now_ns, 0))


def _pass(player: Player, now_ns: int, place: str) -> None:
    """Time passes until then, and the device is told."""
    player.rig.clock.advance(max(now_ns - player.now_ns, 0))
    guarded(player, place, player.rig.advance)


def _seen(player: Player) -> object:
    return player.rig.states(), player.levels(), len(player.rig.edges), len(player.rig.heard)


def _not_due(player: Player, place: str) -> None:
    deadline, now_ns = player.rig.deadline(), player.now_ns
    if deadline is not None and deadline <= now_ns:
        raise LawBroken(
            f"{place}: the deadline, {deadline} ns, has come, and the device was told that it is "
            f"{now_ns} ns",
            expected="a deadline that is to come, or None: the host would wake up without end",
        )


class _Eager(Player):
    """A device that is advanced far more often than it asks for."""

    def wait(self, ns: int) -> None:
        """Half of the way first, and just before each deadline."""
        end = self.now_ns + ns
        for _ in range(MOST_DEADLINES):
            deadline = self.rig.deadline()
            if deadline is None or deadline > end:
                break
            for each in ((self.now_ns + deadline) // 2, deadline - 1, deadline):
                super().wait(max(each - self.now_ns, 0))
        # As many deadlines as the other one is advanced at, and not one more.
        self.rig.wait(max(self.now_ns, end) - self.now_ns, most=0)
        self.is_late = False


def check_advanced(subject: Subject, trace: Trace) -> None:
    """Advanced at its deadlines, or more often: the same."""
    eager = _Eager(subject, trace.start_ns)

    def before(_number: int) -> None:
        late = eager.is_late
        eager.wait(0)
        eager.is_late = late

    titles = "advanced at its deadlines", "advanced more often"
    Sides(Player(subject, trace.start_ns), eager, titles, before).hold(trace)


class _InTime(Player):
    """A device whose host is never late."""

    def perform(self, step: Step) -> object:
        """Whoever is late for the other one is not for this."""
        if not isinstance(step, Jump):
            return super().perform(step)
        self.wait(step.ns)
        self.was_late = True
        return None


def check_late(subject: Subject, trace: Trace) -> None:
    """A guest reads the same from a device whose host is late."""
    titles = "with a host in time", "with a late host"
    late = Player(subject, trace.start_ns)
    Sides(late, _InTime(subject, trace.start_ns), titles[::-1]).hold(trace)
