# SPDX-License-Identifier: Apache-2.0
"""`Payload`: what a kernel is given besides its own file."""

from __future__ import annotations

from dataclasses import dataclass

from lightexit.errors import AuthorError


@dataclass(frozen=True)
class BootModule:
    """A file for the kernel: an initial RAM disk, a program; with words about it."""

    data: bytes
    command_line: str = ""


@dataclass(frozen=True)
class Payload:
    """A command line, and files. `name` is what the kernel's file is called."""

    command_line: str = ""
    modules: tuple[BootModule, ...] = ()
    name: str = "kernel"


NOTHING = Payload()


def refuse(payload: Payload, what: str) -> None:
    """Raises AuthorError for a payload of a kernel that cannot find one."""
    if payload.command_line or payload.modules:
        raise AuthorError(
            f"a command line or modules for {what}",
            expected="neither: it has no way to find them",
            hint="a Multiboot header in its first 8 KiB",
        )


def as_text(text: str) -> bytes:
    """A command line as kernels read it: UTF-8, ended by a zero byte. Raises AuthorError."""
    if "\0" in text:
        raise AuthorError(
            f"the command line has a zero byte, at its character {text.index(chr(0))}",
            expected="text without zero bytes: the first one ends it",
        )
    return text.encode() + b"\0"
