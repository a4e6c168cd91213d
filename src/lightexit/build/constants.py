# SPDX-License-Identifier: Apache-2.0
"""What a header says of a filter in constants: the proof, the states, and the initializer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lightexit.abi import ABI_VERSION, STATE_OFFSET, AttachFlag, Struct, value_size
from lightexit.build.names import macro
from lightexit.isa.object import c_name
from lightexit.isa.parts import STATE_SECTION

if TYPE_CHECKING:
    from lightexit.build.built_filter import BuiltFilter, StateArgument
    from lightexit.verifier.findings import Ranges

#: Characters that the kernel keeps of a map's name.
LONGEST_NAME = 15
#: Name, and what it stands for.
Constant = tuple[str, str]
#: Masks: a bit for each doorbell or line that may be asked for, or a kind of request.
_MASKS = ("doorbells", "raised_lines", "lowered_lines", "pulsed_lines", "requests")


def flags_of(subject: BuiltFilter) -> AttachFlag:
    """What the host of a filter must know, as one number."""
    report = subject.report
    facts = {
        AttachFlag.READS_CLOCK: report.reads_clock,
        AttachFlag.WRITES_STATE: report.writes_state,
        AttachFlag.PASSES_READS: not report.handled_reads,
        AttachFlag.PASSES_WRITES: not report.handled_writes,
    }
    return AttachFlag(sum(flag for flag, holds in facts.items() if holds))


def constants(subject: BuiltFilter) -> list[Constant]:
    """All of a filter's, in the order of its header."""
    name, report, flags = subject.macro, subject.report, flags_of(subject)
    found = [
        (f"{name}_ABI_VERSION", str(ABI_VERSION)),
        (f"{name}_WORST_CASE", str(report.cost)),
        (f"{name}_FLAGS", f"{flags:#x}"),
        *((f"{name}_{flag.name}", str(int(flag in flags))) for flag in AttachFlag),
        (f"{name}_DATA_BITS", str(report.data_bits)),
        *((f"{name}_{mask.upper()}", f"{report.actions.get(mask, 0):#x}u") for mask in _MASKS),
        *_ranges(f"{name}_HANDLED_READS", report.handled_reads),
        *_ranges(f"{name}_HANDLED_WRITES", report.handled_writes),
        (f"{name}_STATE_COUNT", str(len(subject.states))),
    ]
    for state in subject.states:
        found += _state_constants(f"{name}_{macro(state.name)}", state)
    return found


def map_of(state: str) -> str:
    """A state's map is called as its section in NAME.bpf.o by libbpf."""
    return STATE_SECTION + c_name(state)


def _state_constants(prefix: str, state: StateArgument) -> Iterator[Constant]:
    """The kernel keeps less of its map's name than libbpf does."""
    section = map_of(state.name)
    yield f"{prefix}_SIZE", str(state.room)
    yield f"{prefix}_FINGERPRINT", f"{state.fingerprint:#018x}ull"
    yield f"{prefix}_MAP", f'"{section}"'
    yield f"{prefix}_MAP_IN_KERNEL", f'"{section[:LONGEST_NAME]}"'


def _ranges(name: str, ranges: Ranges) -> Iterator[Constant]:
    """First and last offset of each; C has no empty initializer."""
    yield f"{name}_COUNT", str(len(ranges))
    if ranges:
        pairs = ", ".join(f"{{ {low:#x}ull, {high:#x}ull }}" for low, high in ranges)
        yield name, f"{{ {pairs} }}"


def state_room(kind: type[Struct]) -> int:
    """Bytes that a state takes behind its header: more than its struct where a masked index may
    reach behind it."""
    return value_size(kind) - STATE_OFFSET


def initializer(subject: BuiltFilter) -> Constant:
    """Of a `struct lightexit_filter`, its members in their order, as C++ wants them."""
    name = subject.macro
    states = ", ".join(_state(name, state.name) for state in subject.states)
    members = {
        "abi_version": f"{name}_ABI_VERSION",
        "flags": f"{name}_FLAGS",
        "name": f'"{subject.symbol}"',
        "run": subject.symbol,
        "worst_case": f"{name}_WORST_CASE",
        "state_count": f"{name}_STATE_COUNT",
        "states": f"{{ {states or '{ .name = 0, .size = 0, .fingerprint = 0 }'} }}",
    }
    body = ", \\\n".join(f"\t\t.{member} = {value}" for member, value in members.items())
    return f"{name}_FILTER", f"\\\n\t{{ \\\n{body} \\\n\t}}"


def _state(prefix: str, name: str) -> str:
    of = f"{prefix}_{macro(name)}"
    return f'{{ .name = "{name}", .size = {of}_SIZE, .fingerprint = {of}_FINGERPRINT }}'
