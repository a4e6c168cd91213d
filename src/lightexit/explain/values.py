# SPDX-License-Identifier: Apache-2.0
"""What an explanation consists of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lightexit.diagnosis import ReturnSite
from lightexit.errors import Location
from lightexit.verifier import Fault, Report


class Handling(StrEnum):
    """What a filter does with an access."""

    HANDLED = "handled"
    DEPENDS = "depends"
    PASSED = "passed"


@dataclass(frozen=True)
class RegisterWindow:
    """Registers through which a guest reaches the filter: `size` of them from `offset` on.

    `space` is one of `Space`, None where no region says it. With a `width` (bytes), the bus cuts
    accesses into whole registers.
    """

    space: int | None
    offset: int
    size: int
    width: int = 0

    @property
    def end(self) -> int:
        """The first offset behind it."""
        return self.offset + self.size


@dataclass(frozen=True)
class RegisterAnswer:
    """What the filter does with accesses of `size` bytes to `first`, `first + step`, ... `last`.

    Proved, whatever state, time and value written are. `cost` is the most instructions of such
    a run.
    """

    window: int
    first: int
    last: int
    step: int
    size: int
    is_write: bool
    handling: Handling
    cost: int

    def __contains__(self, offset: int) -> bool:
        return self.first <= offset <= self.last and not (offset - self.first) % self.step


@dataclass(frozen=True)
class RegisterMap:
    """The answers of all accesses that the windows let through.

    Where the proofs that are made at most were not enough to tell every offset from its neighbour,
    it is not `is_exact`: `DEPENDS` may then be said of offsets that are always handled, or passed.
    """

    windows: tuple[RegisterWindow, ...]
    answers: tuple[RegisterAnswer, ...]
    names: dict[int, str]
    is_exact: bool
    proofs: int

    def handled(self, *, is_write: bool) -> list[RegisterAnswer]:
        """Those that the filter may answer."""
        return [
            each
            for each in self.answers
            if each.is_write == is_write and each.handling is not Handling.PASSED
        ]


@dataclass(frozen=True)
class ExplainedInstruction:
    """An instruction; `times` is how often the longest run executes it.

    `about` says what it accesses or decides by, in the author's words; `known` what its registers
    hold before it, on every path. An unreachable one has none of it.
    """

    slot: int
    text: str
    times: int
    about: str = ""
    known: tuple[str, ...] = ()
    is_reached: bool = True


@dataclass(frozen=True)
class ExplainedLine:
    """A line of the source, and the instructions that belong to it.

    `cost` is its part of the longest run; `known` is what holds whenever one of its instructions
    is executed, or of what it assigns.
    """

    number: int
    text: str
    instructions: tuple[ExplainedInstruction, ...] = ()
    known: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    site: ReturnSite | None = None

    @property
    def cost(self) -> int:
        """How many instructions of the longest run are its own."""
        return sum(each.times for each in self.instructions)


@dataclass(frozen=True)
class ExplainedFunction:
    """Lines of one function; of bytecode without its source, those that it tells. `file` is ""
    where nothing is told."""

    file: str
    name: str
    lines: tuple[ExplainedLine, ...]


@dataclass(frozen=True)
class Explanation:
    """All about a filter; `where` is where it is written. `sites` are None of bytecode."""

    title: str
    report: Report
    where: Location | None
    functions: tuple[ExplainedFunction, ...]
    sites: tuple[ReturnSite, ...] | None
    registers: RegisterMap

    @property
    def dearest(self) -> int:
        """The cost of the line that costs most."""
        return max((line.cost for each in self.functions for line in each.lines), default=0)
