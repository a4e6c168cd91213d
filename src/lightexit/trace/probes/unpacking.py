# SPDX-License-Identifier: Apache-2.0
"""Many structs of the kernel at once: `struct` unpacks them faster than views do."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from lightexit.abi import Struct
from lightexit.abi.types import IntType


def format_of(kind: type[Struct]) -> struct.Struct:
    """What unpacks a struct to its integers in order, those of structs in it likewise."""
    return struct.Struct("<" + "".join(_codes(kind)))


def _codes(kind: type[Struct]) -> Iterator[str]:
    for field in kind.layout.fields:
        if isinstance(field.type, IntType):
            yield {1: "B", 2: "H", 4: "I", 8: "Q"}[field.size]
        else:
            assert isinstance(field.type, type)
            assert issubclass(field.type, Struct)
            yield from _codes(field.type)
