# SPDX-License-Identifier: Apache-2.0
"""A saved device as bytes: what `Device.save` gives and `Device.restore` takes.

Little-endian, one behind the other:

| part | size in bytes | what it is |
|---|---|---|
| head | 56 | `Head`: the sizes of the other parts, and what has one size |
| name | `name_size` | the device's `name`, UTF-8 |
| state | `state_size` | the bytes of its `Struct` |
| levels | `lines + inputs` | a byte each, 0 or 1: of its `lines`, then of its `inputs` |
| configuration | `configuration_size` | UTF-8, a line `name: value` each, in the device's order |
| checksum | 4 | CRC-32, as zlib has it, of all that goes before |

The checksum finds damage. It keeps nobody out: whoever can write a save can set any state.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from lightexit.abi import Struct
from lightexit.abi.types import u16, u32, u64
from lightexit.errors import AuthorError

MAGIC = int.from_bytes(b"LEXTSAVE", "little")
FORMAT = 1
#: A deadline that never comes.
NEVER = 2**64 - 1
CHECKSUM_SIZE = 4


class Head(Struct):
    """What a save begins with. Times are VM times in ns."""

    magic: u64 = MAGIC
    format: u16 = FORMAT
    version: u16  # of the state's layout
    lines: u16
    inputs: u16
    name_size: u32
    state_size: u32
    configuration_size: u32
    reserved: u32
    fingerprint: u64  # of the state's layout
    now_ns: u64  # when it was saved
    wakeup_ns: u64  # result of `next_wakeup`, NEVER for None


@dataclass(frozen=True)
class Saved:
    """What a save says. `configuration` is in the form that it has in the file."""

    name: str
    version: int
    fingerprint: int
    state: bytes
    lines: tuple[bool, ...]
    inputs: tuple[bool, ...]
    configuration: str
    now_ns: int
    wakeup_ns: int


def deadline(wakeup_ns: int | None) -> int:
    """A deadline as it is stored: one beyond 64 bits is NEVER."""
    return NEVER if wakeup_ns is None else min(wakeup_ns, NEVER)


def written(configuration: Mapping[str, object]) -> str:
    """A configuration as it is kept, and compared."""
    return "".join(f"{name}: {value}\n" for name, value in configuration.items())


def encode(saved: Saved) -> bytes:
    """The bytes."""
    name, configuration = saved.name.encode(), saved.configuration.encode()
    head = Head()
    head.version, head.fingerprint = saved.version, saved.fingerprint
    head.now_ns, head.wakeup_ns = saved.now_ns, saved.wakeup_ns
    head.name_size, head.state_size = len(name), len(saved.state)
    head.lines, head.inputs = len(saved.lines), len(saved.inputs)
    head.configuration_size = len(configuration)
    levels = bytes((*saved.lines, *saved.inputs))
    content = b"".join((bytes(head), name, saved.state, levels, configuration))
    return content + _checksum(content)


def decode(data: bytes) -> Saved:
    """What the bytes say. Raises AuthorError for those that `encode` did not give."""
    head = _head(data)
    _check_size(data, head)
    _check_sum(data)
    sizes = (head.name_size, head.state_size, head.lines, head.inputs, head.configuration_size)
    parts, start = [], Head.layout.size
    for size in sizes:
        parts.append(data[start : start + size])
        start += size
    name, state, lines, inputs, configuration = parts
    return Saved(
        name.decode(errors="replace"),
        head.version,
        head.fingerprint,
        state,
        _levels(lines),
        _levels(inputs),
        configuration.decode(errors="replace"),
        head.now_ns,
        head.wakeup_ns,
    )


def _checksum(content: bytes) -> bytes:
    return zlib.crc32(content).to_bytes(CHECKSUM_SIZE, "little")


def _head(data: bytes) -> Head:
    """The head, if it is one that this version knows."""
    least = Head.layout.size + CHECKSUM_SIZE
    if len(data) < least:
        raise AuthorError(
            f"a saved device of {len(data)} bytes",
            expected=f"at least {least} bytes, all that Device.save gave",
        )
    head = Head.view(bytearray(data[: Head.layout.size]))
    if head.magic != MAGIC:
        raise AuthorError(
            f"bytes that begin with {data[:8].hex(' ')} are no saved device",
            expected=f"{MAGIC.to_bytes(8, 'little').hex(' ')}, as Device.save begins",
        )
    if head.format != FORMAT:
        raise AuthorError(
            f"a device saved in format {head.format}",
            expected=f"format {FORMAT}",
            advice="restore it with the version of lightexit that saved it, or a later one",
        )
    return head


def _check_size(data: bytes, head: Head) -> None:
    content = head.name_size + head.state_size + head.configuration_size
    wanted = Head.layout.size + content + head.lines + head.inputs + CHECKSUM_SIZE
    if len(data) != wanted:
        raise AuthorError(
            f"a saved device of {len(data)} bytes, whose head tells of {wanted}",
            expected="all the bytes that Device.save gave, and no more",
        )


def _check_sum(data: bytes) -> None:
    content, kept = data[:-CHECKSUM_SIZE], data[-CHECKSUM_SIZE:]
    if (found := _checksum(content)) != kept:
        raise AuthorError(
            f"a saved device with the checksum {kept.hex()}, whose bytes have {found.hex()}",
            expected="the bytes as Device.save gave them: these have been damaged since",
        )


def _levels(levels: bytes) -> tuple[bool, ...]:
    if levels.strip(b"\0\1"):
        raise AuthorError(
            f"a saved device with the line levels {levels.hex(' ')}", expected="00 or 01 each"
        )
    return tuple(map(bool, levels))
