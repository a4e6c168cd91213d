# SPDX-License-Identifier: Apache-2.0
"""Numbers that a device's code mentions: values worth writing to it."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from enum import IntEnum
from types import CodeType, ModuleType
from typing import Any

from lightexit.devices.device import Device
from lightexit.filter import Filter

#: More would make each of them rare.
MOST = 128
_LARGEST = 2**64


def constants(devices: list[Device[Any]], filters: list[Filter[Any]]) -> list[int]:
    """Numbers of 64 bits in the code of devices and filters, and in the enums of their modules."""
    found: set[int] = set()
    for module in _modules(devices, filters):
        for value in vars(module).values():
            if inspect.isclass(value) and issubclass(value, IntEnum):
                found |= {int(member) for member in value}
            elif type(value) is int:
                found.add(value)
    for device in devices:
        for function in _functions(type(device)):
            found |= set(_numbers(function.__code__))
    for filter in filters:
        code = getattr(inspect.unwrap(filter.function), "__code__", None)
        found |= set(_numbers(code)) if code is not None else set()
    wanted = sorted(each for each in found if 0 <= each < _LARGEST)
    return wanted[:: -(-len(wanted) // MOST) or 1]


def _modules(devices: list[Device[Any]], filters: list[Filter[Any]]) -> list[ModuleType]:
    names = [type(device).__module__ for device in devices]
    names += [str(getattr(filter.function, "__module__", "")) for filter in filters]
    return [sys.modules[name] for name in dict.fromkeys(names) if name in sys.modules]


def _functions(kind: type) -> Iterator[Any]:
    for base in kind.__mro__[:-1]:
        if base is not Device:
            yield from (each for each in vars(base).values() if inspect.isfunction(each))


def _numbers(code: CodeType) -> Iterator[int]:
    for each in code.co_consts:
        if type(each) is int:
            yield each
        elif isinstance(each, CodeType):
            yield from _numbers(each)
