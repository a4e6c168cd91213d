# SPDX-License-Identifier: Apache-2.0
"""Rights are for loading and attaching. What is attached is read without any: they are dropped."""

from __future__ import annotations

import errno

from lightexit.engine.kernel.bpf import MapShape, Refused
from lightexit.engine.kernel.maps import HashMap
from lightexit.engine.kernel.rights import CAP_BPF, give_up, only


def drop_rights() -> tuple[str, ...]:
    """Give up all capabilities for good, and the right to regain any by starting a program.

    To be called once all probes are open, and before threads are started. Returns those that were
    kept: Linux before 5.19 lets nobody read a table without CAP_BPF. Raises HostError.
    """
    kept = CAP_BPF if _reading_needs_a_right() else 0
    give_up(kept)
    return ("CAP_BPF",) if kept else ()


def _reading_needs_a_right() -> bool:
    table = HashMap("rights", MapShape(4, 8, 1))
    try:
        with only(0):
            table.read()
    except Refused as refusal:
        if refusal.number != errno.EPERM:
            raise
        return True
    return False
