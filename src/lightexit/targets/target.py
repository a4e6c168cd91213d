# SPDX-License-Identifier: Apache-2.0
"""`Target`: a device as a command line names it, and how it is made and placed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lightexit.bus.blame import place_of
from lightexit.bus.checks import check_model
from lightexit.bus.clock import Clock
from lightexit.bus.line import Line, Wires
from lightexit.bus.placing import Place
from lightexit.bus.region import PlacedRegion
from lightexit.devices.device import Device
from lightexit.errors import AuthorError
from lightexit.imports import guarded
from lightexit.targets.finding import Finder, NamedMaker, is_device
from lightexit.targets.parameters import DeclaredParameter, parameters
from lightexit.targets.values import can_be_given, number, parse
from lightexit.targets.words import close, one_of, split
from lightexit.vm.places import PC

_PLACES = ("at", "base")
_NONE = "none"


@dataclass(frozen=True)
class Target:
    """What makes the device, with the values for its parameters.

    `lines` are numbers of interrupt inputs by parameter, None for a wire that ends nowhere;
    `bases` are addresses by window, "" for the only one.
    """

    text: str
    found: NamedMaker
    arguments: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, int | None] = field(default_factory=dict)
    bases: Mapping[str, int | None] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The class or function."""
        return self.found.name

    @cached_property
    def asked(self) -> list[DeclaredParameter]:
        """Its parameters but for the clock."""
        return _but_the_clock(self.found)

    def make(self, clock: Clock, wire: Wires | None = None) -> Device[Any]:
        """One of these devices. Without `wire`, its lines end nowhere.

        Raises AuthorError, with the line, for whatever the class does wrong, and where a value
        that it needs was not given.
        """
        for each in self.asked:
            if each.is_required and not each.is_wired and each.name not in self.arguments:
                raise not_given(self, each)
        given = {each.name: self._value(each, wire) for each in self.asked if self._gets(each)}
        package = self.found.maker.__module__.partition(".")[0]
        what = f"{self.name} of {self.found.origin} cannot be made"
        maker = self.found.maker
        device = guarded(lambda: maker(clock, **given), AuthorError, what, package)
        return _checked(device, self)

    def place(self, device: Device[Any]) -> Place | None:
        """Where it is to be: at the addresses given, one of ours else where a PC has it.

        Raises AuthorError for windows without an address, and those that it does not have.
        """
        regions = [each for each in device.regions if not isinstance(each, PlacedRegion)]
        windows = list(dict.fromkeys(each.name for each in regions))
        if not self.bases and self.found.origin == "lightexit":
            return PC.get(device.name)
        bases = dict(self.bases)
        if "" in bases and len(windows) == 1:
            bases[windows[0]] = bases.pop("")
        wrong = [each for each in bases if each not in windows]
        missing = [each for each in windows if each not in bases]
        if wrong or missing:
            raise self._misplaced(device, windows, (wrong or missing)[0], is_known=not wrong)
        return bases or None

    def _misplaced(
        self, device: Device[Any], windows: list[str], window: str, *, is_known: bool
    ) -> AuthorError:
        keys = ["at" if windows == [""] else f"at.{each}" for each in windows]
        expected = ",".join(f"{key}=ADDRESS" for key in keys)
        which = f" {window!r}" if window else ""
        if is_known:
            found = f"{self.text}: no address for the window{which} of {device.name}"
        elif not windows:
            found = f"{self.text}: an address, and all regions of {device.name} have theirs"
            expected = "none"
        elif window:
            found = f"{self.text}: {device.name} has no window {window!r}"
        else:
            found = f"{self.text}: one address for the {len(windows)} windows of {device.name}"
        meant = close(window, windows) if window and not is_known else ""
        return AuthorError(found, expected=expected, hint=f"at.{meant}=ADDRESS" if meant else "")

    def _gets(self, asked: DeclaredParameter) -> bool:
        return asked.is_required or asked.name in self.arguments or asked.name in self.lines

    def _value(self, asked: DeclaredParameter, wire: Wires | None) -> Any:
        name = asked.name
        if name in self.arguments:
            return self.arguments[name]
        if asked.is_wires:
            return wire or (lambda number: Line())
        if wire is None:
            return Line()
        if name not in self.lines:
            raise AuthorError(
                f"{self.text}: no interrupt input for {name} of {self.name}",
                where=place_of(self.found.maker),
                expected=f"the number of one, as in {name}=5, or {name}=none for a loose end",
            )
        number = self.lines[name]
        return Line() if number is None else wire(number)


def find_target(text: str, finder: Finder | None = None) -> Target:
    """The target that a command line names: `WHAT[,KEY=VALUE...]`.

    WHAT is as `find_maker` has it. KEY is `at` (or `base`) for its address, `at.WINDOW` for that
    of a window with a name, else a parameter: a number, text, true or false by the type that it
    declares, and for a Line the number of an interrupt input (`irq=5`; with one Line, that is
    `irq` whatever its name).

    Raises AuthorError for words that mean nothing, what `find_maker` raises for WHAT.
    """
    head, values = split(text)
    found = (finder or Finder()).find(head)
    asked = {each.name: each for each in _but_the_clock(found)}
    arguments: dict[str, Any] = {}
    lines: dict[str, int | None] = {}
    bases: dict[str, int | None] = {}
    for key, value in values.items():
        first, dot, window = key.partition(".")
        chosen = asked.get(key) or _only_line(key, asked)
        if first in _PLACES and (first == "at" or first not in asked):
            if window in bases or bool(dot) != bool(window):
                raise AuthorError(f"{key}={value} in {text!r}", expected="one address a window")
            bases[window] = _number(key, value, "an address, as in 0x3f8, or none")
        elif chosen is None:
            raise _unknown(found, key, asked)
        elif chosen.is_line:
            lines[chosen.name] = _number(key, value, "the number of an interrupt input, or none")
        elif can_be_given(chosen.kind):
            arguments[key] = parse(key, value, chosen.kind)
        else:
            raise not_given(Target(text, found), chosen)
    return Target(text, found, arguments, lines, bases)


def _only_line(key: str, asked: Mapping[str, DeclaredParameter]) -> DeclaredParameter | None:
    lines = [each for each in asked.values() if each.is_line]
    return lines[0] if key == "irq" and len(lines) == 1 else None


def _number(key: str, text: str, expected: str) -> int | None:
    if text.lower() == _NONE:
        return None
    try:
        return number(text)
    except ValueError:
        raise AuthorError(f"{key}={text}: {text!r} is no number", expected=expected) from None


def _but_the_clock(found: NamedMaker) -> list[DeclaredParameter]:
    asked = parameters(found.maker, found.name)
    if not asked:
        raise AuthorError(
            f"{found.name} of {found.origin} takes no clock",
            where=place_of(found.maker),
            expected="a first parameter that does: def __init__(self, clock: Clock) -> None",
        )
    return asked[1:]


def _unknown(found: NamedMaker, key: str, asked: Mapping[str, DeclaredParameter]) -> AuthorError:
    known = ["at", *(name for name, each in asked.items() if _can_stand(each))]
    meant = close(key, known)
    return AuthorError(
        f"{found.name} of {found.origin} has no parameter {key!r}",
        where=place_of(found.maker),
        expected=one_of(known),
        hint=f"{meant}=..." if meant else "",
    )


def _can_stand(asked: DeclaredParameter) -> bool:
    return asked.is_line or can_be_given(asked.kind)


def not_given(target: Target, asked: DeclaredParameter) -> AuthorError:
    """What is wrong with a target that says nothing of a parameter that is needed."""
    if can_be_given(asked.kind):
        return AuthorError(
            f"{target.text}: no value for {asked.name}, which {target.name} needs",
            where=place_of(target.found.maker),
            expected=f"{target.text},{asked.name}=VALUE",
        )
    return AuthorError(
        f"{target.text}: {asked.name} of {target.name} is {asked.shown_kind}",
        where=place_of(target.found.maker),
        expected="values that a command line can give: numbers, text, true or false, "
        "interrupt inputs",
        advice="name a function that makes the device, FILE.py:FUNCTION: def f(clock: Clock) -> "
        f"{target.name}",
    )


def _checked(device: Any, target: Target) -> Device[Any]:
    where = place_of(target.found.maker)
    if not is_device(type(device)):
        raise AuthorError(
            f"{target.name} of {target.found.origin} makes {device!r:.80}",
            where=where,
            expected="a device: a class derived from Device, with a name",
        )
    if not hasattr(device, "memory"):
        raise AuthorError(
            f"{type(device).__name__} of {target.found.origin} has no state",
            where=place_of(type(device)),
            expected="super().__init__(clock) at the beginning of its __init__",
        )
    check_model(device)
    checked: Device[Any] = device
    return checked
