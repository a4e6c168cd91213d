# SPDX-License-Identifier: Apache-2.0
"""Why a vCPU stopped running: exits as values, the same for every back end.

Accesses to devices are no exits here: back ends hand them to the bus and go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from lightexit.vm.x86 import DescriptorTable


@dataclass(frozen=True)
class Halted:
    """The guest executed HLT."""


@dataclass(frozen=True)
class Stopped:
    """`request_stop` was called."""


@dataclass(frozen=True)
class Interruptible:
    """An interrupt is pending, and the guest is ready to take it."""


@dataclass(frozen=True)
class Shutdown:
    """The guest cannot go on: an exception that it has no handler for."""

    reason: str


@dataclass(frozen=True)
class TripleFault:
    """The CPU has shut itself down, on which a PC resets itself (SDM volume 3, section 6.15)."""

    reason: str


def triple_fault(where: str, code: bytes, idt: DescriptorTable) -> TripleFault:
    """The exit of a CPU that cannot deliver a double fault, whichever back end has noticed.

    `code` are the bytes of the instruction, as far as they could be read.
    """
    return TripleFault(
        f"a triple fault, at {where}{shown_bytes(code)}"
        f"; interrupt table at {idt.base:#x}, limit {idt.limit:#x}"
    )


def shown_bytes(code: bytes) -> str:
    """An instruction's bytes, for the end of a message."""
    return f", bytes {code.hex(' ')}" if code else ""


Exit: TypeAlias = Halted | Stopped | Interruptible | Shutdown | TripleFault
