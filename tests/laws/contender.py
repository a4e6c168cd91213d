# SPDX-License-Identifier: Apache-2.0
"""Contention for a state's lock, simulated in a single thread."""

from __future__ import annotations

import ctypes
from typing import Any

from lightexit.bus.bus import Bus

_VOID = ctypes.CFUNCTYPE(None)


class Contender:
    """Another vCPU that holds a device's state as an access comes, and lets go as that one waits.

    What a filter finds held, it leaves to the model.
    """

    def __init__(self) -> None:
        self._held: Any = None
        self._relax = _VOID(self.let_go)

    def meet(self, bus: Bus) -> None:
        """Register as the callback of waits on that bus."""
        bus._tables.fields.relax = ctypes.cast(self._relax, ctypes.c_void_p).value or 0

    def hold(self, header: Any) -> None:
        """Take the lock of the state with that header."""
        header.version += 1
        self._held = header

    def let_go(self) -> None:
        """Release it, if it is held."""
        held, self._held = self._held, None
        if held is not None:
            held.version += 1
