# SPDX-License-Identifier: Apache-2.0
"""Every filter of the device library and of the examples."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import claim
import counter
import doorbell
import timer
from lightexit import devices
from lightexit.filter import Filter


def every() -> dict[str, Filter[Any]]:
    """By module and name; those of the examples are in several modules `device`."""
    found = {}
    for package in (devices, claim, counter, doorbell, timer):
        for each in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{each.name}")
            for value in vars(module).values():
                if isinstance(value, Filter) and value.function.__module__ == module.__name__:
                    found[f"{each.name}.{value.name}"] = value
    return found
