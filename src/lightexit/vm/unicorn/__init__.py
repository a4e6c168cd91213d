# SPDX-License-Identifier: Apache-2.0
"""The Unicorn back end: emulation on any machine, with no privileges.

From below: `context` (what the emulator keeps to itself), `engine` (the emulator with a
machine's memory and bus in it), `cpu` and `backend` (what a machine sees).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lightexit.vm.unicorn.backend import UnicornBackend

if TYPE_CHECKING:
    from lightexit.vm.unicorn.cpu import UnicornCpu

__all__ = ["UnicornBackend", "UnicornCpu"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """The CPU is imported when it is asked for: it needs Unicorn, which may be missing."""
        if name != "UnicornCpu":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from lightexit.vm.unicorn.backend import cpu_type

        return cpu_type()
