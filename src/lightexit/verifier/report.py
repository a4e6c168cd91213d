# SPDX-License-Identifier: Apache-2.0
"""What the proof learned, and why it failed: for people, for tools, for the host."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from lightexit.abi import Request
from lightexit.errors import AuthorError, Location
from lightexit.isa import Program
from lightexit.shown import one_line, preformatted
from lightexit.verifier.limits import DEFAULT, Limits

if TYPE_CHECKING:
    from lightexit.verifier.findings import Ranges
    from lightexit.verifier.invariants import Invariant, Traced

LINE_ACTIONS = ("raised_lines", "lowered_lines", "pulsed_lines")
ALL_REQUESTS = Request(~0)


class VerifierError(AuthorError):
    """A refusal: besides what every error tells, the instruction, the state and the path."""

    def __init__(
        self,
        found: str,
        *,
        where: Location | None = None,
        expected: str = "",
        advice: str = "",
        instruction: str = "",
        state: tuple[str, ...] = (),
        path: tuple[str, ...] = (),
    ) -> None:
        super().__init__(found, where=where, expected=expected, advice=advice)
        self.instruction = instruction
        self.state = state
        self.path = path

    def __str__(self) -> str:
        lines = [super().__str__()]
        if self.instruction:
            lines.append(f"  instruction: {self.instruction}")
        if self.state:
            lines.append(f"  state: {'; '.join(self.state)}")
        lines += [f"  {'path:' if not n else '     '} {step}" for n, step in enumerate(self.path)]
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """As of every error; and instruction, state and path as they are printed."""
        own = {"instruction": self.instruction, "state": self.state, "path": self.path}
        return super().to_json() | own


class Fault(NamedTuple):
    """An index or a divisor that may be out of range: the run ends there, with PASS.

    `when` says what is wrong then: "the divisor is 0".
    """

    where: Location
    when: str

    def __str__(self) -> str:
        return f"{self.where}: may fault here: PASS if {self.when}\n{self.where.excerpt()}"


@dataclass(frozen=True)
class Report:
    """The outcome of one verification. Offsets are the device's, ranges include both ends.

    `cost` is the most instructions any run executes. `data_bits` is the widest value a HANDLED
    read may return on paths that do not look at `ctx.size`: the host must see to it that
    registers of the regions it attaches the filter to are at least that wide. `may_pass` says
    whether any run answers PASS. `actions` maps action fields of the context to the bits that may
    be set in them. With `error`, everything else is what was seen before the refusal.
    """

    program: Program
    error: AuthorError | None = None
    limits: Limits = DEFAULT
    cost: int = 0
    #: Abstract states that the proof took.
    states_explored: int = 0
    #: Indices into `program.maps`, as `written_maps` are.
    read_maps: frozenset[int] = frozenset()
    written_maps: frozenset[int] = frozenset()
    reads_clock: bool = False
    data_bits: int = 0
    #: Bytes of stack that a run uses at most.
    stack: int = 0
    #: Offsets of reads that may be HANDLED; `handled_writes` likewise.
    handled_reads: Ranges = ()
    handled_writes: Ranges = ()
    may_pass: bool = False
    actions: dict[str, int] = field(default_factory=dict)
    #: By action field and number of its highest bit: the slot that first stored such a value.
    askers: dict[tuple[str, int], int] = field(default_factory=dict, repr=False)
    find_faults: Callable[[Limits], tuple[Fault, ...]] | None = field(
        default=None, repr=False, compare=False
    )

    @cached_property
    def faults(self) -> tuple[Fault, ...] | None:
        """The faults of a compiled filter that may happen, looked for when first asked for: more
        proofs. None where nobody can know: of what is refused, and of bytecode from elsewhere."""
        find = self.find_faults
        return find(self.limits) if find is not None and self.error is None else None

    @cached_property
    def longest_run(self) -> dict[int, int]:
        """How often the longest run executes each instruction, by slot, as far as it does: `cost`
        in all. Of several that are as long, one. Empty for what is refused."""
        from lightexit.verifier.longest import longest_run

        return longest_run(self.program, self.limits) if self.error is None else {}

    @cached_property
    def invariants(self) -> dict[int, Invariant]:
        """What holds before each instruction that some path reaches, by slot."""
        from lightexit.verifier.invariants import invariants

        return invariants(self.program, self.limits)

    def trace(self) -> list[Traced]:
        """The states before each instruction, in the order of exploration; `str` of each is for
        a reader. Empty for illegal bytecode."""
        from lightexit.verifier.invariants import trace

        return trace(self.program, self.limits)

    @property
    def accepted(self) -> bool:
        """Whether the program is proved."""
        return self.error is None

    def accepted_or_raise(self) -> Report:
        """Itself; raises the refusal if there is one."""
        if self.error is not None:
            raise self.error
        return self

    def without_faults(self) -> Report:
        """Itself; refused if the filter may fault, or where that is not known."""
        if self.error is not None or self.faults == ():
            return self
        return replace(self, error=self._faulty())

    def _faulty(self) -> AuthorError:
        if not self.faults:
            found = f"{self.program.name}: in bytecode, a fault cannot be told from a PASS"
            return AuthorError(found, expected="a filter in Python where no fault is allowed")
        first, *more = self.faults
        also = f"; {len(more)} more" if more else ""
        return AuthorError(
            f"{self.program.name}: may fault here: PASS if {first.when}{also}",
            where=first.where,
            expected="no fault",
            advice="test it first, and return Verdict.PASS where that is meant",
        )

    @property
    def writes_state(self) -> bool:
        """Whether any run may write a state: such programs run under the state's lock."""
        return bool(self.written_maps)

    @property
    def reads_state(self) -> bool:
        """Whether any run may read a state."""
        return bool(self.read_maps)

    def handles(self, offset: int, *, is_write: bool) -> bool:
        """Whether an access at this offset may be HANDLED; if not, it always is a PASS."""
        ranges = self.handled_writes if is_write else self.handled_reads
        return any(low <= offset <= high for low, high in ranges)

    def exceeds(
        self, *, lines: int, doorbells: int, requests: Request = ALL_REQUESTS
    ) -> AuthorError | None:
        """The refusal of a host that offers so many lines and doorbells, and carries out these
        requests; None if the filter never requests more."""
        offered = dict.fromkeys(LINE_ACTIONS, lines) | {"doorbells": doorbells}
        for name, count in offered.items():
            if self.actions.get(name, 0) >> count:
                return self._too_many(name, count)
        asked = Request(self.actions.get("requests", 0))
        if int(asked) & ~int(requests):  # a flag's complement has known flags only
            had = ", ".join(filter(None, ("lines", "doorbells", requests.described())))
            return self._asks(f"for {asked.described()}", "requests", f"{had} only")
        return None

    def _too_many(self, name: str, count: int) -> AuthorError:
        kind = "doorbell" if name == "doorbells" else "line"
        number = self.actions[name].bit_length() - 1
        wanted = ("none", "number 0 only")[count] if count < 2 else f"numbers from 0 to {count - 1}"
        advice = "bound the number first, if it is computed"
        expected = f"{wanted}: the device has {count} {kind}{'s' * (count != 1)}"
        return self._asks(f"for {kind} {number}", name, expected, advice)

    def _asks(self, what: str, name: str, expected: str, advice: str = "") -> AuthorError:
        slot = self.askers.get((name, self.actions[name].bit_length() - 1))
        return AuthorError(
            f"{self.program.name}: may ask {what} (ctx.{name})",
            where=None if slot is None else self.program.where(slot),
            expected=expected,
            advice=advice,
        )

    def to_json(self) -> dict[str, Any]:
        """All of it as values that `json` can write."""
        names = [m.name for m in self.program.maps]
        return {
            "program": self.program.name,
            "accepted": self.accepted,
            "error": self.error and self.error.to_json(),
            "cost": self.cost,
            "budget": self.limits.instructions,
            "states_explored": self.states_explored,
            "reads": [names[index] for index in sorted(self.read_maps)],
            "writes": [names[index] for index in sorted(self.written_maps)],
            "reads_clock": self.reads_clock,
            "data_bits": self.data_bits,
            "stack": self.stack,
            "handled_reads": self.handled_reads,
            "handled_writes": self.handled_writes,
            "actions": self.actions,
            "faults": self.faults and [_fault_dict(each) for each in self.faults],
        }

    def text(self) -> str:
        """All of it for a reader."""
        return self._text(self.faults or ())

    def __repr__(self) -> str:
        if self.error is None:
            outcome = f"accepted, at most {self.cost} instructions"
        else:
            outcome = f"refused: {self.error.found}"
        return f"<Report {one_line(f'{self.program.name}: {outcome}')}>"

    def _repr_html_(self) -> str:
        """What `text` says, for a notebook; faults only where they have been looked for."""
        return preformatted(self._text(vars(self).get("faults") or ()))

    def _text(self, faults: tuple[Fault, ...]) -> str:
        if self.error is not None:
            return f"{self.program.name}: refused\n{self.error}"
        says = [*self._says(), *(str(each).replace("\n", "\n  ") for each in faults)]
        return "\n".join([f"{self.program.name}: accepted", *(f"  {s}" for s in says)])

    def _says(self) -> list[str]:
        says = [
            f"cost: at most {self.cost} instructions; the budget is {self.limits.instructions}",
            f"state: {self._state()}",
            f"clock: {'read' if self.reads_clock else 'not read'}",
            f"handles reads at: {_ranges(self.handled_reads)}",
            f"handles writes at: {_ranges(self.handled_writes)}",
        ]
        if self.data_bits:
            says.append(f"answers of up to {self.data_bits} bits, whatever the access size")
        if self.actions:
            says.append(f"actions: {', '.join(_action(*each) for each in self.actions.items())}")
        return says

    def _state(self) -> str:
        uses = []
        for index, each in enumerate(self.program.maps):
            verbs = ["read"] * (index in self.read_maps) + ["written"] * (
                index in self.written_maps
            )
            uses.append(f"'{each.name}' {' and '.join(verbs) or 'not used'}")
        if self.program.rodata:
            uses.append(f"{len(self.program.rodata)} bytes of read-only data")
        return ", ".join(uses) or "none"


def _fault_dict(fault: Fault) -> dict[str, Any]:
    at = fault.where
    place = {"file": at.file, "line": at.line, "column": at.column, "end_column": at.end_column}
    return place | {"when": fault.when}


def _ranges(ranges: Ranges) -> str:
    if not ranges:
        return "none, always PASS"
    if ranges == ((0, 2**64 - 1),):
        return "any offset"
    return ", ".join(f"{low:#x}" if low == high else f"{low:#x}-{high:#x}" for low, high in ranges)


_NUMBERED = ("doorbells", *LINE_ACTIONS)


def _action(name: str, bits: int) -> str:
    if name not in _NUMBERED:
        return name
    return f"{name} {', '.join(str(n) for n in range(bits.bit_length()) if bits >> n & 1)}"
