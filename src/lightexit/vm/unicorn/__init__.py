# SPDX-License-Identifier: Apache-2.0
"""The Unicorn back end: emulation on any machine, with no privileges.

From below: `context` (what the emulator keeps to itself), `engine` (the emulator with a
machine's memory and bus in it), `cpu` and `backend` (what a machine sees).
"""

from __future__ import annotations

from lightexit.extras import optional

with optional("the Unicorn back end"):
    from lightexit.vm.unicorn.backend import UnicornBackend
    from lightexit.vm.unicorn.cpu import UnicornCpu

__all__ = ["UnicornBackend", "UnicornCpu"]
