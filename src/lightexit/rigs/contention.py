# SPDX-License-Identifier: Apache-2.0
"""Another vCPU in the way: it holds states, and lets go as an access waits for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lightexit.rigs.rig import Rig


@contextmanager
def held(rig: Rig) -> Iterator[None]:
    """Within, the states of all devices are held, until a model waits for one: then all are free.
    All is of one thread."""
    headers = [device.memory.header for device in rig.devices]

    def let_go() -> None:
        while headers:
            headers.pop().version += 1

    for header in headers:
        header.version += 1
    before, rig.bus.relax = rig.bus.relax, let_go
    try:
        yield
    finally:
        let_go()
        rig.bus.relax = before
