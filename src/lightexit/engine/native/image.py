# SPDX-License-Identifier: Apache-2.0
"""`Image`: machine code that runs wherever it is mapped, and where its functions start."""

from __future__ import annotations

import json
import struct
from typing import NamedTuple

_HEADER = struct.Struct("<I")


class Image(NamedTuple):
    """Position-independent code; `symbols` gives each exported function's offset in `text`."""

    text: bytes
    symbols: dict[str, int]

    def to_bytes(self) -> bytes:
        """The form kept in the cache: length of the symbol table, the table as JSON, the code."""
        table = json.dumps(self.symbols).encode()
        return _HEADER.pack(len(table)) + table + self.text

    @classmethod
    def from_bytes(cls, data: bytes) -> Image:
        """Inverse of `to_bytes`."""
        (length,) = _HEADER.unpack_from(data)
        start = _HEADER.size + length
        return cls(data[start:], json.loads(data[_HEADER.size : start]))
