# SPDX-License-Identifier: Apache-2.0
"""Flat binaries, and files that are taken for something else."""

from __future__ import annotations

import pytest

from lightexit.errors import AuthorError
from lightexit.vm.boot import BootModule, Payload, load
from lightexit.vm.memory import MIB, GuestMemory


def test_it_is_put_at_1_mib_and_entered_there() -> None:
    memory = GuestMemory(2 * MIB)
    state = load(b"\x90" * 10, memory)
    assert (state.rip, state.rsp, state.code.db) == (MIB, 0x9FC00, 1)
    assert bytes(memory.ram[MIB : MIB + 11]) == b"\x90" * 10 + b"\0"


def test_the_largest_that_fits() -> None:
    assert load(b"\x90" * MIB, GuestMemory(2 * MIB)).rip == MIB
    with pytest.raises(AuthorError, match="the kernel, which needs 1048577 bytes at 0x100000"):
        load(b"\x90" * (MIB + 1), GuestMemory(2 * MIB))


@pytest.mark.parametrize(
    ("file", "what"),
    [
        (b"\xfd7zXZ\0", "an xz file"),
        (b"MZ\x90", "a program for DOS, Windows or UEFI"),
        (b"#!/bin/sh", "a script"),
    ],
)
def test_files_of_other_kinds_are_refused(file: bytes, what: str) -> None:
    with pytest.raises(AuthorError) as error:
        load(file, GuestMemory(2 * MIB))
    first, second, *_ = str(error.value).splitlines()
    assert first == f"the kernel's file is {what}"
    assert second == (
        "  expected: a Linux bzImage, a Multiboot kernel, an ELF executable, or flat 32-bit code"
    )


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(AuthorError, match="the kernel's file is empty"):
        load(b"", GuestMemory(2 * MIB))


@pytest.mark.parametrize("payload", [Payload("x"), Payload(modules=(BootModule(b"x"),))])
def test_a_command_line_or_modules_are_refused(payload: Payload) -> None:
    with pytest.raises(AuthorError) as error:
        load(b"\x90", GuestMemory(2 * MIB), payload)
    assert str(error.value) == (
        "a command line or modules for a flat binary\n"
        "  expected: neither: it has no way to find them\n"
        "  try: a Multiboot header in its first 8 KiB"
    )
