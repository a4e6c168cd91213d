# SPDX-License-Identifier: Apache-2.0
"""Laws of a device's whole condition: it is saved and restored, and reset."""

from __future__ import annotations

from lightexit.testing.broken import LawBroken
from lightexit.testing.compare import Sides, guarded, perform, placed
from lightexit.testing.player import Player
from lightexit.testing.steps import Reset, Trace
from lightexit.testing.subject import Subject


def check_saved(subject: Subject, trace: Trace) -> None:
    """Moved to another device at every step, or not at all: the same."""
    moved = Player(subject, trace.start_ns)

    def before(number: int) -> None:
        saved = [device.save() for device in moved.rig.devices]
        guarded(moved, f"before step {number + 1}", lambda: moved.restore(again=number % 2 == 1))
        if saved != [device.save() for device in moved.rig.devices]:
            raise LawBroken(
                f"before step {number + 1}: restored, the device saves other bytes than before",
                expected="all that changes in its state, its lines or its inputs",
            )

    titles = "as it is", "saved and restored"
    Sides(Player(subject, trace.start_ns), moved, titles, before).hold(trace)


def check_reset(subject: Subject, trace: Trace) -> None:
    """After a reset a device is as a new one, at that time and with those inputs."""
    used = Player(subject, trace.start_ns)
    for number, step in enumerate(trace.steps):
        perform(used, used.timed(step), placed(number, step))
    perform(used, Reset(), "the reset")
    used.wait(0)
    new = Player(subject, used.now_ns)
    for line, wire in used.rig.inputs.items():
        new.rig.inputs[line].set(wire.level)
    perform(new, Reset(), "the reset of a new one")
    new.wait(0)
    for player in (new, used):
        player.events()
        player.was_late = False
    Sides(new, used, ("new", "reset")).hold(Trace(*trace.steps))
