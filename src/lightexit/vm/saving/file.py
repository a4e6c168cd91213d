# SPDX-License-Identifier: Apache-2.0
"""The file of a saved machine: named sections behind a head, and a table at the end.

Little-endian, one behind the other:

| part | size in bytes | what it is |
|---|---|---|
| head | 40 | `MachineHead` |
| sections | `body_size` | each a zstandard frame, in the table's order |
| table | `table_size` | JSON: `machine`, `state`, and `sections` (name, size, size as stored) |

The checksum is of all that follows the head. It finds damage and keeps nobody out: whoever can
write a save can set any state. So all sizes are checked before they are believed.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lightexit.abi import Struct, u32, u64
from lightexit.errors import AuthorError, HostError
from lightexit.extras import optional
from lightexit.files import check_writable

MAGIC = int.from_bytes(b"LEXTVM\r\n", "little")
FORMAT = 1
#: No section but memory is larger.
MOST_SECTION = 16 << 20
_MOST_WINDOW = 8 << 20
_CHUNK = 1 << 20
_USER = "saving a machine"


class MachineHead(Struct):
    """What the file begins with."""

    magic: u64 = MAGIC
    format: u32 = FORMAT
    checksum: u32  # CRC-32, as zlib has it
    body_size: u64
    table_size: u64
    reserved: u32
    head_checksum: u32  # of all before


@dataclass(frozen=True)
class SavedSection:
    """One part, compressed; `size` is what it is to come to."""

    name: str
    size: int
    stored: bytes

    def chunks(self) -> Iterator[bytes]:
        """The content, not a byte more than `size`. Raises AuthorError for any other."""
        with optional(_USER):
            import zstandard
        left = self.size
        decompressor = zstandard.ZstdDecompressor(max_window_size=_MOST_WINDOW)
        try:
            with decompressor.stream_reader(self.stored) as reader:
                while chunk := reader.read(min(_CHUNK, left + 1)):
                    left -= len(chunk)
                    if left < 0:
                        break
                    yield chunk
        except zstandard.ZstdError as error:
            raise _damaged(f"section {self.name!r} cannot be decompressed: {error}") from None
        if left:
            raise _damaged(f"section {self.name!r} has not the {self.size} bytes it tells of")

    def content(self) -> bytes:
        """As bytes, for all but memory. Raises AuthorError."""
        if self.size > MOST_SECTION:
            raise _damaged(f"section {self.name!r} tells of {self.size} bytes")
        return b"".join(self.chunks())


@dataclass(frozen=True)
class MachineFile:
    """What a file says: what the machine is, what is small enough for JSON, and the rest."""

    machine: Mapping[str, str]
    state: Mapping[str, Any]
    sections: Mapping[str, SavedSection]


def compressed(name: str, chunks: Iterator[bytes] | list[bytes]) -> SavedSection:
    """A section of this content. Raises HostError where zstandard is not installed."""
    with optional(_USER):
        import zstandard
    compressor = zstandard.ZstdCompressor(level=1).compressobj()
    parts, size = [], 0
    for chunk in chunks:
        size += len(chunk)
        parts.append(compressor.compress(chunk))
    return SavedSection(name, size, b"".join((*parts, compressor.flush())))


def encode(saved: MachineFile) -> bytes:
    """The bytes."""
    sections = saved.sections.values()
    table = {
        "machine": dict(saved.machine),
        "state": dict(saved.state),
        "sections": [[each.name, each.size, len(each.stored)] for each in sections],
    }
    text = json.dumps(table, separators=(",", ":")).encode()
    body = b"".join(each.stored for each in sections)
    head = MachineHead()
    head.body_size, head.table_size = len(body), len(text)
    head.checksum = zlib.crc32(text, zlib.crc32(body))
    head.head_checksum = _head_checksum(head)
    return b"".join((bytes(head), body, text))


def _head_checksum(head: MachineHead) -> int:
    return zlib.crc32(bytes(head)[:-4])


def decode(data: bytes, name: str) -> MachineFile:
    """What the bytes of the file `name` say. Raises AuthorError for those that `encode` did not
    give, and for those of a later version."""
    _check(data, name)
    head = MachineHead.view(bytearray(data[: MachineHead.layout.size]))
    table_at = MachineHead.layout.size + head.body_size
    try:
        table = json.loads(data[table_at:])
        machine = {str(key): str(value) for key, value in table["machine"].items()}
        state = dict(table["state"])
        sections, at = {}, MachineHead.layout.size
        for title, size, stored in table["sections"]:
            if size < 0 or stored < 0 or at + stored > table_at or title in sections:
                raise ValueError("sections that do not fit")
            sections[str(title)] = SavedSection(str(title), int(size), data[at : at + stored])
            at += stored
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged(f"{name} has no table of a saved machine ({error})") from None
    return MachineFile(machine, state, sections)


def _check(data: bytes, name: str) -> None:
    least = MachineHead.layout.size
    if len(data) < least or MachineHead.view(bytearray(data[:least])).magic != MAGIC:
        raise AuthorError(f"{name} is no saved machine", expected="a file that --save has written")
    head = MachineHead.view(bytearray(data[:least]))
    if head.head_checksum != _head_checksum(head):
        raise _damaged(f"{name} has a damaged head")
    if head.format != FORMAT:
        raise AuthorError(
            f"{name} has format {head.format} of saved machines",
            expected=f"format {FORMAT}",
            advice="restore it with the version of lightexit that saved it, or a later one",
        )
    wanted = least + head.body_size + head.table_size
    if len(data) != wanted:
        raise _damaged(f"{name} has {len(data)} bytes, and tells of {wanted}")
    if zlib.crc32(memoryview(data)[least:]) != head.checksum:
        raise _damaged(f"{name} has another checksum than it tells of")


def _damaged(found: str) -> AuthorError:
    return AuthorError(found, expected="all bytes of the file, as they were when it was saved")


def write(path: Path, data: bytes) -> None:
    """Put a file there, whole or not at all: a kill leaves what was there before.

    Only its owner may read it, for a guest's memory is in it. Raises AuthorError for what is no
    file to write, HostError where there is no room.
    """
    try:
        check_writable(path)
    except ValueError:  # with a NUL, or half a character
        raise AuthorError(f"{str(path)!r} is no file name", expected="a file to write") from None
    if path.exists() and not stat.S_ISREG(path.stat().st_mode):
        raise AuthorError(f"{path} is no regular file", expected="the name of a file to write")
    target = path.resolve()  # of a link, the file behind it is replaced
    try:
        _replace(target, data)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise HostError(f"{path}: {reason}", expected=f"room for {len(data):,} bytes") from None


def _replace(target: Path, data: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:64]}-")
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise
    if hasattr(os, "O_DIRECTORY"):  # so that the name is there after a power cut, too
        folder = os.open(target.parent, os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
