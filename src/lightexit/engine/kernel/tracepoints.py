# SPDX-License-Identifier: Apache-2.0
"""Programs at raw tracepoints: the kernel runs them wherever the tracepoint is passed."""

from __future__ import annotations

import ctypes
import struct
from typing import NamedTuple

from lightexit.engine.kernel import bpf
from lightexit.engine.kernel.bpf import Descriptor

_OBJ_GET_INFO_BY_FD, _RAW_TRACEPOINT_OPEN = 15, 17
#: Of `struct bpf_prog_info`: run_time_ns, run_cnt, recursion_misses; what ends behind them.
_STATISTICS, _INFO_SIZE = 192, 216


def attach(program: Descriptor, tracepoint: str) -> Descriptor:
    """Have a program run at a tracepoint for as long as what this returns is open. Raises Refused,
    with ENOENT where the kernel has no such tracepoint."""
    name = ctypes.create_string_buffer(tracepoint.encode())
    attributes = struct.pack("<QI4x", ctypes.addressof(name), program.number)
    return Descriptor(bpf.call(_RAW_TRACEPOINT_OPEN, attributes))


class Runs(NamedTuple):
    """Of a program: time and number of its runs, 0 where nobody has asked the kernel to count them,
    and how often it was not run because it was running on that CPU already."""

    time_ns: int
    number: int
    recursive: int


def runs(program: Descriptor) -> Runs:
    """What the kernel counts. Raises Refused."""
    info = ctypes.create_string_buffer(_INFO_SIZE)
    attributes = struct.pack("<IIQ", program.number, len(info), ctypes.addressof(info))
    bpf.call(_OBJ_GET_INFO_BY_FD, attributes)
    return Runs(*struct.unpack_from("<QQQ", info, _STATISTICS))
