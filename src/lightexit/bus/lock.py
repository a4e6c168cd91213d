# SPDX-License-Identifier: Apache-2.0
"""`StateLock`: takes the locks of states, for calls of a model that are not accesses."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from lightexit.abi import StateMemory
from lightexit.bus.memory import words
from lightexit.bus.native import dispatch


def give_way() -> None:
    """Let other threads run."""
    time.sleep(0)


class StateLock:
    """Held within `with`, on any thread. To make one costs more than to take it: keep it.

    `relax`, a ctypes function, is called now and then while waiting.
    """

    def __init__(self, states: Iterable[StateMemory[Any]], relax: Any) -> None:
        self._states = tuple(states)
        headers = sorted({state.address for state in self._states})
        self._block = words(headers)
        self._headers = self._block.address, len(headers)
        self._relax = relax
        self._native = dispatch()

    def __enter__(self) -> None:
        self._native.lock(*self._headers, self._relax)

    def __exit__(self, *exception: object) -> None:
        self._native.unlock(*self._headers)
