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

_STATE = "use the fields of a state, which is there without a call"
_CLOCK = "read VM time from ctx.now_ns"
#: What a filter does instead of helpers that authors of BPF programs know: name, advice.
INSTEAD = {
    1: ("map_lookup_elem", _STATE),
    2: ("map_update_elem", _STATE),
    3: ("map_delete_elem", _STATE),
    5: ("ktime_get_ns", _CLOCK),
    6: ("trace_printk", "return 0 (PASS), and have the device model print"),
    8: ("get_smp_processor_id", "ctx.vcpu is the vCPU"),
    12: ("tail_call", "call a static function, or have a region for each filter"),
    125: ("ktime_get_boot_ns", _CLOCK),
}
