# SPDX-License-Identifier: Apache-2.0
"""Signatures of kernel helpers, as data. Filters need none; a host may allow some.

Argument kinds: "number", "map" (a handle from `map_by_idx`), "key" and "value" (readable
memory of the map's key or value size). Return kinds: "number", "value or null".
Source: Linux, include/uapi/linux/bpf.h.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Helper:
    """What a helper takes in r1 and up, and what it leaves in r0."""

    name: str
    arguments: tuple[str, ...] = ()
    result: str = "number"
    reads_clock: bool = False
    writes_map: bool = False


#: Size in bytes of the keys of an array map.
KEY_SIZE = 4

HELPERS = {
    1: Helper("map_lookup_elem", ("map", "key"), "value or null"),
    5: Helper("ktime_get_ns", reads_clock=True),
    7: Helper("get_prandom_u32"),
    8: Helper("get_smp_processor_id"),
}
