# SPDX-License-Identifier: Apache-2.0
"""From what is named to a class, or a function, that makes a device."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from lightexit import plugins
from lightexit.bus.blame import place_of
from lightexit.devices.device import Device
from lightexit.errors import AuthorError, HostError
from lightexit.imports import import_file, import_module
from lightexit.targets.words import SYNTAX, close, one_of

#: Makes a device; its first parameter takes the clock.
DeviceMaker: TypeAlias = Callable[..., Device[Any]]
#: Modules of files by path, where several targets name the same one.
Modules: TypeAlias = dict[Path, ModuleType]


@dataclass(frozen=True)
class NamedMaker:
    """A class or function, and where it comes from: a file, a distribution, a module."""

    maker: DeviceMaker
    origin: str

    @property
    def name(self) -> str:
        """What messages call it."""
        return str(getattr(self.maker, "__name__", self.maker))


@dataclass
class Finder:
    """Finds makers. A file is run once, however many of its devices are named."""

    modules: Modules = field(default_factory=dict)

    def find(self, named: str) -> NamedMaker:
        """What `find_maker` finds."""
        path, colon, attribute = named.rpartition(":")
        if named.endswith(".py"):
            return self._in_file(Path(named), None)
        if colon and path.endswith(".py"):
            return self._in_file(Path(path), attribute)
        if colon:
            return NamedMaker(_picked(import_module(path), path, attribute), path)
        return _installed(named)

    def _in_file(self, path: Path, attribute: str | None) -> NamedMaker:
        key = path.resolve()
        if key not in self.modules:
            self.modules[key] = import_file(path)
        return NamedMaker(_picked(self.modules[key], str(path), attribute), str(path))


def find_maker(named: str) -> NamedMaker:
    """The class or function in a file (`lamp.py:Lamp`, or `lamp.py` where it has one device), in
    a module (`package.module:Lamp`), or of an installed device (`lamp`).

    Raises AuthorError where there is none, HostError where an installed one is broken.
    """
    return Finder().find(named)


def devices_in(module: ModuleType) -> list[Any]:
    """The classes with a device's members and a name that a module defines."""
    classes = dict.fromkeys(each for each in vars(module).values() if inspect.isclass(each))
    return [each for each in classes if each.__module__ == module.__name__ and is_device(each)]


def is_device(kind: Any) -> bool:
    """Whether a class is one of devices, with a name."""
    members = plugins.DEVICES.members
    named = isinstance(getattr(kind, "name", None), str)
    return named and all(hasattr(kind, each) for each in members)


def _installed(name: str) -> NamedMaker:
    try:
        maker = plugins.find(plugins.DEVICES, name)
    except HostError:
        raise
    except AuthorError as error:
        if os.path.isfile(name) or "/" in name or "." in name:
            raise AuthorError(f"{name!r} names no device", expected=SYNTAX) from None
        error.advice = error.advice or "a file of your own: FILE.py:CLASS; `lightexit devices`"
        raise
    return NamedMaker(maker, plugins.origin(plugins.DEVICES, maker))


def _picked(module: ModuleType, what: str, attribute: str | None) -> DeviceMaker:
    if attribute is None:
        return _only(module, what)
    if not hasattr(module, attribute):
        raise _missing(module, what, attribute)
    found = getattr(module, attribute)
    if inspect.isclass(found):
        return _checked(found, what)
    if not inspect.isroutine(found):
        raise AuthorError(
            f"{attribute} of {what} is {found!r:.80}",
            expected="a class derived from Device, or a function of a clock that makes one",
        )
    return found


def _only(module: ModuleType, what: str) -> DeviceMaker:
    found = devices_in(module)
    if len(found) == 1:
        return _checked(found[0], what)
    names = [each.__name__ for each in found]
    if not found:
        raise AuthorError(f"{what} has no device", expected="a class derived from Device")
    raise AuthorError(
        f"{what} has {len(found)} devices", expected=one_of(names), hint=f"{what}:{names[0]}"
    )


def _missing(module: ModuleType, what: str, attribute: str) -> AuthorError:
    known = {each.__name__ for each in devices_in(module)} | _functions_in(module).keys()
    meant = close(attribute, known)
    return AuthorError(
        f"{what} has no class or function {attribute!r}",
        expected=one_of(sorted(known)) if known else "a class derived from Device",
        hint=f"{what}:{meant}" if meant else "",
    )


def _functions_in(module: ModuleType) -> Mapping[str, object]:
    return {
        name: each
        for name, each in vars(module).items()
        if inspect.isfunction(each) and each.__module__ == module.__name__ and name[0] != "_"
    }


def _checked(kind: Any, what: str) -> DeviceMaker:
    name = kind.__name__
    missing = [each for each in plugins.DEVICES.members if not hasattr(kind, each)]
    if not missing:
        maker: DeviceMaker = kind
        return maker
    if isinstance(kind, type) and issubclass(kind, Device) and missing == ["name"]:
        found, expected = f"{name} of {what} has no name", f'name = "{name.lower()}" in the class'
    elif isinstance(kind, type) and issubclass(kind, Device):
        found, expected = f"{name} of {what} has no state", f"class {name}(Device[SomeStruct])"
    else:
        found = f"{name} of {what} is no device: it has no {', '.join(missing)}"
        expected = "a class derived from Device"
    raise AuthorError(found, where=place_of(kind), expected=expected)
