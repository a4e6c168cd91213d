# SPDX-License-Identifier: Apache-2.0
"""ACPI Machine Language: the few terms that a description of a small machine needs.

Every function returns the encoding of one term. Reference: ACPI 6.5, chapter 20 (AML encoding),
sections 6.4 (resource descriptors) and 19.3.4 (EISA identifiers).
"""

from __future__ import annotations

import struct

_ZERO, _ONE, _NAME, _BYTE, _WORD, _DWORD, _QWORD = 0x00, 0x01, 0x08, 0x0A, 0x0B, 0x0C, 0x0E
_SCOPE, _BUFFER, _PACKAGE, _EXTENDED, _DEVICE = 0x10, 0x11, 0x12, 0x5B, 0x82
_DUAL, _MULTI = 0x2E, 0x2F
_IO, _IRQ, _END = 0x47, 0x22, 0x79
_DECODES_16_BITS = 1


def integer(value: int) -> bytes:
    """An integer constant of up to 64 bits, as short as it can be."""
    if value < 2:
        return bytes([_ONE if value else _ZERO])
    for opcode, size in ((_BYTE, 1), (_WORD, 2), (_DWORD, 4), (_QWORD, 8)):
        if value < 1 << 8 * size:
            return bytes([opcode]) + value.to_bytes(size, "little")
    raise ValueError(f"{value:#x} has more than 64 bits")


def path(text: str) -> bytes:
    """A NameString: "\\\\_SB", "COM1", "_SB.COM1"; segments are filled up with underscores."""
    root = len(text) - len(text.lstrip("\\"))
    segments = [segment.ljust(4, "_").encode() for segment in text[root:].split(".")]
    counts = {1: b"", 2: bytes([_DUAL])}
    prefix = counts.get(len(segments), bytes([_MULTI, len(segments)]))
    return b"\\" * root + prefix + b"".join(segments)


def name(called: str, value: bytes) -> bytes:
    """Name (called, value)."""
    return bytes([_NAME]) + path(called) + value


def scope(called: str, *terms: bytes) -> bytes:
    """Scope (called) {terms}."""
    return bytes([_SCOPE]) + _package(path(called) + b"".join(terms))


def device(called: str, *terms: bytes) -> bytes:
    """Device (called) {terms}."""
    return bytes([_EXTENDED, _DEVICE]) + _package(path(called) + b"".join(terms))


def package(*elements: bytes) -> bytes:
    """Package () {elements}."""
    return bytes([_PACKAGE]) + _package(bytes([len(elements)]) + b"".join(elements))


def buffer(data: bytes) -> bytes:
    """Buffer () {data}."""
    return bytes([_BUFFER]) + _package(integer(len(data)) + data)


def eisa_id(text: str) -> bytes:
    """EISAID ("PNP0501"): three letters of 5 bits, four hexadecimal digits, big-endian."""
    letters = [ord(letter) - 0x40 for letter in text[:3]]
    first = letters[0] << 10 | letters[1] << 5 | letters[2]
    encoded = struct.pack(">HH", first, int(text[3:], 16))
    return integer(int.from_bytes(encoded, "little"))


def resources(*descriptors: bytes) -> bytes:
    """ResourceTemplate () {descriptors}. A checksum of 0 counts as right."""
    return buffer(b"".join(descriptors) + bytes([_END, 0]))


def io(base: int, size: int) -> bytes:
    """IO (Decode16, base, base, 1, size)."""
    return struct.pack("<BBHHBB", _IO, _DECODES_16_BITS, base, base, 1, size)


def irq(number: int) -> bytes:
    """IRQNoFlags () {number}: edge-triggered, active high, not shared."""
    return struct.pack("<BH", _IRQ, 1 << number)


def _package(content: bytes) -> bytes:
    """PkgLength and what it counts: itself as well (section 20.2.4)."""
    if len(content) + 1 < 1 << 6:
        return bytes([len(content) + 1]) + content
    for extra in (1, 2, 3):
        length = len(content) + 1 + extra
        if length < 1 << 4 + 8 * extra:
            return _long_length(length, extra) + content
    raise ValueError(f"{len(content)} bytes are too long for one AML package")


def _long_length(length: int, extra: int) -> bytes:
    return bytes([extra << 6 | length & 0xF]) + (length >> 4).to_bytes(extra, "little")
