# SPDX-License-Identifier: Apache-2.0
"""Accesses as native callers describe them, and where a layout's fields are."""

from __future__ import annotations

from lightexit.abi import IoContext, Space, Struct
from lightexit.bus.memory import Record
from lightexit.errors import InternalError


def access_of(
    space: Space, address: int, size: int, *, is_write: bool = False
) -> Record[IoContext]:
    """An access for the dispatch routine's `access`."""
    record = Record(IoContext)
    fields = record.fields
    fields.space, fields.offset, fields.size, fields.is_write = space, address, size, is_write
    return record


def offset_of(kind: type[Struct], name: str) -> int:
    """Where a field is, in bytes."""
    field = kind.layout.field(name)
    if field is None:
        raise InternalError(f"{kind.__name__} has no field {name}")
    return field.offset
