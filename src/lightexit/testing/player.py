# SPDX-License-Identifier: Apache-2.0
"""`Player`: a device that steps happen to, and all that can be seen of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from lightexit.bus.line import Line
from lightexit.errors import AuthorError
from lightexit.rigs.rig import Rig, Runner
from lightexit.rigs.wiring import Heard
from lightexit.testing.steps import (
    Drive,
    Expect,
    FromOutside,
    Jump,
    JumpDeadline,
    Read,
    Reset,
    Restore,
    Step,
    Wait,
    WaitDeadline,
    Write,
)
from lightexit.testing.subject import Subject

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
#: At most so many deadlines are carried out one by one while a `Wait` lasts.
MOST_DEADLINES = 50
#: A deadline farther away than this, in ns, is none: a century.
_FARTHEST_NS = 10**18 * 3


def _known(found: Mapping[_Key, _Value], key: _Key, what: str) -> _Value:
    if key not in found:
        raise AuthorError(
            f"there is no {what} {key!r}",
            expected=f"one of: {', '.join(map(repr, found)) or 'none, it has no such thing'}",
        )
    return found[key]


def is_edge(heard: Heard) -> bool:
    """Whether a line changed, rather than a function was called."""
    return heard[2] in ("up", "down")


class Player:
    """A new device at `start_ns`. Models answer everything, unless `runner` runs the filters."""

    def __init__(self, subject: Subject, start_ns: int = 0, runner: Runner | None = None) -> None:
        self.subject = subject
        self._runner = runner
        #: Time has passed that the device was not told of.
        self.is_late = False
        #: That was so since its events were last compared.
        self.was_late = False
        self._left: Rig | None = None
        self.rig = self._built(start_ns)
        self.rig.advance()  # as a machine does before it runs

    def _built(self, now_ns: int) -> Rig:
        rig = self.subject.build(now_ns)
        if self._runner is not None:
            rig.run_by(self._runner)
        return rig

    @property
    def now_ns(self) -> int:
        """VM time."""
        return self.rig.clock.now_ns()

    def perform(self, step: Step) -> Any:
        """Carry out a step; what it answers."""
        match step:
            case Read(space, address, size):
                return self.rig.read(space, address, size, vcpu=step.vcpu)
            case Write(space, address, size, value):
                self.rig.write(space, address, value, size, vcpu=step.vcpu)
            case Wait(ns):
                self.wait(ns)
            case Jump(ns):
                self.rig.clock.advance(ns)
                self.is_late = self.was_late = True
            case Drive(line, level):
                _known(self.rig.inputs, line, "input").set(level)
            case Expect(line):
                return _known(self.outputs(), line, "line").level
            case FromOutside(name, arguments):
                return _known(self.rig.calls, name, "call")(*arguments)
            case Restore():
                self.restore()
            case Reset():
                for device in self.rig.devices:
                    device.reset()
            case WaitDeadline() | JumpDeadline():
                return self.perform(self.timed(step))
        return None

    def timed(self, step: Step) -> Step:
        """The step, with the time of the next deadline in its place, if it is about that."""
        if not isinstance(step, WaitDeadline | JumpDeadline):
            return step
        deadline, kind = self.rig.deadline(), Wait if isinstance(step, WaitDeadline) else Jump
        if deadline is None or deadline - self.now_ns > _FARTHEST_NS:
            return kind(0)
        return kind(max(deadline + step.plus_ns - self.now_ns, 0))

    def wait(self, ns: int) -> None:
        """Time passes, and the device is advanced at each of its deadlines."""
        self.rig.wait(ns, most=MOST_DEADLINES)
        self.is_late = False

    def restore(self, again: bool = False) -> None:
        """Go on with another device that has what this one saves: a new one, or `again` the one
        that was left the last time."""
        old = self.rig
        other = self._left if again and self._left is not None else self._built(self.now_ns)
        other.clock.advance(self.now_ns - other.clock.now_ns())
        saved = [device.save() for device in old.devices]
        other.edges.clear()
        other.heard.clear()
        for device, content in zip(other.devices, saved, strict=True):
            device.restore(content)
        # What acts by the state is told of it, in `restored`; no line has an edge.
        other.heard[:] = [each for each in other.heard if is_edge(each)]
        self._left, self.rig = old, other
        other.edges[:0] = old.edges
        other.heard[:0] = old.heard

    # What can be seen

    def outputs(self) -> dict[tuple[str, int], Line]:
        """The lines that the devices drive."""
        return {
            (device.name, number): line
            for device in self.rig.devices
            for number, line in enumerate(device.lines)
        }

    def levels(self) -> dict[str, bool]:
        """Of the lines that the devices drive, and of the rig's outputs."""
        found = {
            f"{device}.lines[{number}]": line.level
            for (device, number), line in self.outputs().items()
        }
        outputs = {f"output {each}": line.level for each, line in self.rig.outputs.items()}
        return found | outputs

    def events(self) -> tuple[list[Any], list[Any]]:
        """All that was done to the outside since the last call, each with its time."""
        found = [*self.rig.edges], [*self.rig.heard]
        self.rig.edges.clear()
        self.rig.heard.clear()
        return found
