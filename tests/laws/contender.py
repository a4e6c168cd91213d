# SPDX-License-Identifier: Apache-2.0
"""Contention for a state's lock, simulated in a single thread."""

from __future__ import annotations

from typing import Any


class Contender:
    """Another vCPU that holds a device's state as an access comes, and lets go as that one waits.

    What a filter finds held, it leaves to the model.
    """

    def __init__(self) -> None:
        self._held: Any = None

    def hold(self, header: Any) -> None:
        """Take the lock of the state with that header."""
        header.version += 1
        self._held = header

    def let_go(self) -> None:
        """Release it, if it is held."""
        held, self._held = self._held, None
        if held is not None:
            held.version += 1
