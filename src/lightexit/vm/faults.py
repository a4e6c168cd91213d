# SPDX-License-Identifier: Apache-2.0
"""What follows where an interrupt or exception cannot be delivered: up to a triple fault.

Reference: Intel SDM volume 3, sections 6.13 (error codes) and 6.15 (interrupt 8).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

DOUBLE_FAULT, SEGMENT_NOT_PRESENT, GENERAL_PROTECTION, PAGE_FAULT = 8, 11, 13, 14
_CONTRIBUTORY = frozenset({0, 10, SEGMENT_NOT_PRESENT, 12, GENERAL_PROTECTION})
_EXTERNAL, _IN_IDT = 1, 2
_WRITE = 2


class EventSource(Enum):
    """Where an event comes from."""

    EXTERNAL = "a device"
    SOFTWARE = "INT n, INT3, INTO"
    EXCEPTION = "the CPU"


@dataclass(frozen=True)
class CpuEvent:
    """Something to be delivered. `error_code` is None for those that have none; `length` is that
    of a software interrupt's instruction, which is behind the instruction pointer.
    """

    vector: int
    source: EventSource
    error_code: int | None = None
    length: int = 0

    @property
    def _external(self) -> int:
        return 0 if self.source is EventSource.SOFTWARE else _EXTERNAL

    def beyond_table(self) -> FaultError:
        """What it is that the table has no entry for it, or none that is a gate."""
        code = self.vector << 3 | _IN_IDT | self._external
        return FaultError(GENERAL_PROTECTION, code)

    def not_present(self) -> FaultError:
        """What it is that its gate is marked as not there."""
        code = self.vector << 3 | _IN_IDT | self._external
        return FaultError(SEGMENT_NOT_PRESENT, code)

    def no_segment(self, selector: int) -> FaultError:
        """What it is that its gate names a segment that there is not."""
        return FaultError(GENERAL_PROTECTION, selector & ~3 | self._external)

    def absent_segment(self, selector: int) -> FaultError:
        """What it is that its gate names a segment that is marked as not there."""
        return FaultError(SEGMENT_NOT_PRESENT, selector & ~3 | self._external)


class FaultError(Exception):
    """Delivery has raised an exception itself; a page fault has an address."""

    def __init__(self, vector: int, error_code: int, address: int | None = None) -> None:
        super().__init__(f"exception {vector}")
        self.vector = vector
        self.error_code = error_code
        self.address = address


class TripleFaultError(Exception):
    """A double fault could not be delivered either: the CPU shuts down."""


def page_fault(address: int, *, is_write: bool) -> FaultError:
    """The CPU's own access, with ring 0's rights, to a page that there is not."""
    return FaultError(PAGE_FAULT, _WRITE if is_write else 0, address)


def following(first: CpuEvent, second: FaultError) -> CpuEvent:
    """What is delivered once delivering `first` has raised `second`. Raises TripleFaultError."""
    if first.source is EventSource.EXCEPTION:
        if first.vector == DOUBLE_FAULT:
            raise TripleFaultError
        if _is_double(first.vector, second.vector):
            return CpuEvent(DOUBLE_FAULT, EventSource.EXCEPTION, 0)
    return CpuEvent(second.vector, EventSource.EXCEPTION, second.error_code)


def _is_double(first: int, second: int) -> bool:
    if first == PAGE_FAULT:
        return second == PAGE_FAULT or second in _CONTRIBUTORY
    return first in _CONTRIBUTORY and second in _CONTRIBUTORY
