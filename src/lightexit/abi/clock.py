# SPDX-License-Identifier: Apache-2.0
"""VM time as all hosts of filters read it: models, native code and the kernel."""

from __future__ import annotations

from lightexit.abi.struct import Struct
from lightexit.abi.types import u32, u64


class ClockState(Struct):
    """VM time: `base_ns + (ticks - origin) * rate / 2**32`.

    Ticks are the CPU's cycle counter, or nanoseconds where `gettime` holds the address of a
    `clock_gettime`. Guarded by the version word of its `StateMemory`, like any state.
    """

    base_ns: u64
    origin: u64
    rate: u64
    step_ns: u64  # VM time that passes with every access of a guest
    gettime: u64
    clock_id: u32
