# SPDX-License-Identifier: Apache-2.0
"""Device models on symbolic values: a model's own methods, unchanged, on other objects.

A `Shadow` stands for a device as it was built. Its state is symbolic memory, its lines are
`Wire`s, what it calls is written down, its clock stands at the time of the access. All other
objects that it has are copied, so that nothing of the device itself is ever reached.
"""

from __future__ import annotations

import builtins
import functools
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, Protocol

from lightexit.abi import StateMemory, Struct
from lightexit.bus.line import Line
from lightexit.devices.device import Device
from lightexit.prover.integers import Number, SymbolicInt, UnsupportedError, truth_on_path
from lightexit.prover.paths import Run
from lightexit.prover.source import Rebinder

#: Attributes of a class that its copy has of its own, or has no need of.
_OWN = frozenset(
    ("__dict__", "__weakref__", "__init_subclass__", "__orig_bases__", "__parameters__")
)
_FUNCTIONS = (FunctionType, MethodType, BuiltinFunctionType, functools.partial)
#: What a device did: on which wire, or by which call, and what.
Event = tuple[str, tuple[Any, ...]]


class Wire:
    """A line as its device sees it; its changes are written down, while anybody listens. Its first
    level is looked up when it is asked for."""

    def __init__(self, name: str, first: Callable[[str], Number], events: list[Event]) -> None:
        self._name, self._first = name, first
        self.events: list[Event] | None = events
        #: None as long as nobody has asked.
        self.known: Number | None = None

    @property
    def level(self) -> Number:
        """High is True."""
        if self.known is None:
            self.known = self._first(self._name)
        return self.known

    def set(self, level: Number) -> None:
        """Drive the wire."""
        if self.events is not None:
            if truth_on_path(level == self.level):
                return
            self.events.append((self._name, (level,)))
        self.known = level

    def pulse(self) -> None:
        """An edge: up and down again."""
        self.set(True)
        self.set(False)


class StoppedClock:
    """VM time at one access."""

    def __init__(self, now_ns: Number) -> None:
        self._now_ns = now_ns

    def now_ns(self) -> Number:
        """Nanoseconds of VM time."""
        return self._now_ns


class SymbolicBytes:
    """Bytes of which some are symbolic."""

    def __init__(self, content: Iterable[Number]) -> None:
        self._content = tuple(content)

    def __len__(self) -> int:
        return len(self._content)

    def __getitem__(self, index: Any) -> Any:
        found = self._content[index]
        return SymbolicBytes(found) if isinstance(index, slice) else found

    def __add__(self, other: SymbolicBytes | bytes) -> SymbolicBytes:
        return SymbolicBytes([*self._content, *(other[n] for n in range(len(other)))])

    def ljust(self, size: int, fill: bytes) -> SymbolicBytes:
        """As `bytes.ljust`."""
        return self + fill * (size - len(self))


class _Integer:
    """`int`, for models."""

    def __init__(self, convert: Callable[[Any], Number]) -> None:
        self._convert = convert

    def __call__(self, value: Any = 0) -> Number:
        return self._convert(value)

    @staticmethod
    def from_bytes(content: SymbolicBytes | bytes, order: str) -> Number:
        """As `int.from_bytes`, without a sign."""
        if isinstance(content, bytes):
            return int.from_bytes(content, "little" if order == "little" else "big")
        result: Number = 0
        for number in range(len(content)):
            place = number if order == "little" else len(content) - 1 - number
            result = result | content[number] << 8 * place
        return result


class _StructModule:
    """`struct`, for models: packing of unsigned little-endian numbers."""

    @staticmethod
    def pack(form: str, *values: Number) -> SymbolicBytes | bytes:
        """As `struct.pack`."""
        if not any(isinstance(each, SymbolicInt) for each in values):
            return struct.pack(form, *values)
        kinds = form.removeprefix("<")
        if kinds == form or len(kinds) != len(values) or set(kinds) - set("BHIQ"):
            raise UnsupportedError(f"struct.pack({form!r}, ...)")
        content: list[Number] = []
        for kind, value in zip(kinds, values, strict=True):
            size = struct.calcsize(f"<{kind}")
            if truth_on_path(value < 0) or truth_on_path(value >= 1 << 8 * size):
                raise struct.error(f"{kind!r} format: a value does not fit")
            content += [value >> 8 * place & 0xFF for place in range(size)]
        return SymbolicBytes(content)


class KeyedTable(dict[Any, Any]):
    """A dict whose keys are compared with a symbolic one, instead of that being made a number."""

    def get(self, key: Any, default: Any = None) -> Any:
        """As `dict.get`."""
        if not isinstance(key, SymbolicInt):
            return super().get(key, default)
        return next((value for each, value in self.items() if key == each), default)

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, SymbolicInt):
            return super().__getitem__(key)
        for each, value in self.items():
            if key == each:
                return value
        raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        if not isinstance(key, SymbolicInt):
            return super().__contains__(key)
        return any(key == each for each in self)


class Rebinding(Protocol):
    """What makes functions and classes run on the values of a side."""

    def __call__(self, value: Any) -> Any:
        """A function, or whatever a name stands for."""
        ...

    def copy_of(self, kind: type) -> type:
        """A class with the same methods."""
        ...


class ModelRebinder(Rebinder):
    """Makes all functions and classes that models use run on symbolic values, for one run."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self._own |= {
            id(builtins.int): _Integer(self._int),
            id(builtins.bytes): _bytes,
            id(builtins.divmod): lambda a, b: (a // b, a % b),
            id(struct): _StructModule,
        }
        self._classes: dict[type, type] = {}

    def _replacement(self, value: Any) -> Any:
        if isinstance(value, FunctionType):
            return self.function(value)
        if isinstance(value, type):
            return self._classes.get(value, value)
        return super()._replacement(value)

    def _least(self, *values: Any, **named: Any) -> Any:
        return super()._least(*_listed(values, named))

    def _greatest(self, *values: Any, **named: Any) -> Any:
        return super()._greatest(*_listed(values, named))

    def copy_of(self, kind: type) -> type:
        """A class with the same methods, rebound."""
        if kind is object or kind.__module__ in ("typing", "abc"):
            return object
        if kind not in self._classes:
            bases = tuple(dict.fromkeys(self.copy_of(base) for base in kind.__bases__))
            bases = tuple(base for base in bases if base is not object) or (object,)
            copy = type(kind.__name__, bases, {"__module__": kind.__module__})
            self._classes[kind] = copy
            for name, member in vars(kind).items():
                if name not in _OWN:
                    setattr(copy, name, self._member(member))
        return self._classes[kind]

    def _member(self, member: Any) -> Any:
        if isinstance(member, staticmethod | classmethod):
            return type(member)(self(member.__func__))
        if isinstance(member, property):
            return property(*(each and self(each) for each in (member.fget, member.fset)))
        if isinstance(member, functools.cached_property):
            return property(self(member.func))
        return self(member) if isinstance(member, FunctionType) else member


def _bytes(value: Any = b"") -> Any:
    return value if isinstance(value, SymbolicBytes) else bytes(value)


def _listed(values: tuple[Any, ...], named: Mapping[str, Any]) -> tuple[Any, ...]:
    """What `min` and `max` are to look at."""
    if len(values) == 1 and not isinstance(values[0], SymbolicInt | int):
        values = tuple(values[0]) or (named["default"],)
    return values


class Shadow:
    """A device's copy for one run, `device`; `events` are what it did to the outside."""

    def __init__(
        self,
        original: Device[Any],
        rebind: Rebinding,
        states: Iterable[tuple[Struct, Any]],
        clock: StoppedClock,
        first: Callable[[str], Number],
    ) -> None:
        """`states` are what stands for which state, `first` tells a line's level by its name."""
        self._rebind, self._clock, self._first = rebind, clock, first
        self._made: dict[int, Any] = {}
        self.events: list[Event] = []
        self.wires: dict[str, Wire] = {}
        self._time = original.clock
        self._structs = {id(state): view for state, view in states}
        #: What runs: of a class of the same methods.
        self.device: Any = self._copied(original, original.name)

    def mute(self) -> None:
        """Nobody listens to its wires."""
        for wire in self.wires.values():
            wire.events = None

    def recorder(self, name: str) -> Callable[..., None]:
        """A function that writes down how it is called."""
        return lambda *arguments: self.events.append((name, arguments))

    def _copied(self, value: Any, name: str) -> Any:
        if id(value) not in self._made:
            self._made[id(value)] = self._copy(value, name)
        return self._made[id(value)]

    def _copy(self, value: Any, name: str) -> Any:
        if value is self._time:
            return self._clock
        if isinstance(value, Line):
            self.wires[name] = Wire(name, self._first, self.events)
            return self.wires[name]
        if isinstance(value, Struct):
            return self._structs.get(id(value))  # one that it lacks cannot be worked on
        if isinstance(value, StateMemory):
            return None
        if isinstance(value, Enum | type | ModuleType | str | bytes | int):
            return value
        if isinstance(value, list | tuple | set | frozenset):
            return type(value)(self._copied(each, f"{name}[{n}]") for n, each in enumerate(value))
        if isinstance(value, dict):
            return KeyedTable({k: self._copied(each, f"{name}[{k}]") for k, each in value.items()})
        return self._object(value, name)

    def _object(self, value: Any, name: str) -> Any:
        if isinstance(value, MethodType) and isinstance(value.__self__, Device):
            return self._rebind(value.__func__).__get__(self._copied(value.__self__, name))
        if isinstance(value, _FUNCTIONS) or "__call__" in vars(type(value)):
            return self.recorder(name)
        if not hasattr(value, "__dict__"):
            return value
        copy: Any = object.__new__(self._rebind.copy_of(type(value)))
        self._made[id(value)] = copy
        for attribute, each in vars(value).items():
            vars(copy)[attribute] = self._copied(each, f"{name}.{attribute}")
        return copy


def devices(device: Device[Any]) -> Sequence[Device[Any]]:
    """A device and those that it knows."""
    found, waiting = [device], [device]
    while waiting:
        for each in vars(waiting.pop()).values():
            if isinstance(each, Device) and each not in found:
                found.append(each)
                waiting.append(each)
    return found
