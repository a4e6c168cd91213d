# SPDX-License-Identifier: Apache-2.0
"""The contract between filter, device model and host: types, structs, context, state memory."""

from lightexit.abi.attach import NO_FD, Attach, AttachFlag, Command, Statistics
from lightexit.abi.barrier import full_barrier
from lightexit.abi.clock import ClockState
from lightexit.abi.context import (
    ABI_VERSION,
    DOORBELLS,
    WRITABLE_FIELDS,
    ApicFlag,
    ApicMode,
    IoContext,
    Request,
    Space,
    Verdict,
)
from lightexit.abi.inline import defined, inline, is_inline
from lightexit.abi.layouts import fingerprint, first_difference
from lightexit.abi.memory import STATE_OFFSET, StateHeader, StateMemory, value_size
from lightexit.abi.shared import SharedMemory
from lightexit.abi.struct import Array, ArrayType, Field, Layout, Struct, array
from lightexit.abi.types import IntType, i8, i16, i32, i64, muldiv64, u8, u16, u32, u64

__all__ = [
    "ABI_VERSION",
    "DOORBELLS",
    "NO_FD",
    "STATE_OFFSET",
    "WRITABLE_FIELDS",
    "ApicFlag",
    "ApicMode",
    "Array",
    "ArrayType",
    "Attach",
    "AttachFlag",
    "ClockState",
    "Command",
    "Field",
    "IntType",
    "IoContext",
    "Layout",
    "Request",
    "SharedMemory",
    "Space",
    "StateHeader",
    "StateMemory",
    "Statistics",
    "Struct",
    "Verdict",
    "array",
    "defined",
    "fingerprint",
    "first_difference",
    "full_barrier",
    "i8",
    "i16",
    "i32",
    "i64",
    "inline",
    "is_inline",
    "muldiv64",
    "u8",
    "u16",
    "u32",
    "u64",
    "value_size",
]
