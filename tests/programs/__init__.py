# SPDX-License-Identifier: Apache-2.0
"""The corpus: bytecode programs with what they must do, for every engine alike.

A file is a comment that says what it is about, then sections. `-- asm`: the program. `-- context`
and `-- context after`: fields of IoContext, a name and a value a line, all others 0. `-- state`
and `-- state after`: the first bytes in hex of a state of 64 bytes, the rest 0; one pair of
sections for each `.map`. `-- result`: r0, below 2**32 (more the kernel's test run does not tell).
What has no `after` must not change. A case without a result is legal, but nothing to run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lightexit.abi import Array, IoContext, StateMemory, Struct, array, u8
from lightexit.engine.api import Engine
from lightexit.isa import Program, assemble

STATE_SIZE = 64


class Block(Struct):
    """Any state."""

    content: Array[u8] = array(u8, STATE_SIZE)


@dataclass(frozen=True)
class Case:
    """One file."""

    name: str
    program: Program
    result: int | None
    context: dict[str, int] = field(default_factory=dict)
    context_after: dict[str, int] = field(default_factory=dict)
    states: tuple[bytes, ...] = ()
    states_after: tuple[bytes, ...] = ()


def load_corpus() -> list[Case]:
    """All cases, by name."""
    return [read_case(path) for path in sorted(Path(__file__).parent.glob("*.txt"))]


def runnable() -> list[Case]:
    """The cases that have a result."""
    return [case for case in load_corpus() if case.result is not None]


def read_case(path: Path) -> Case:
    """Read one file."""
    sections = list(_sections(path.read_text()))
    first = dict(reversed(sections))
    states = tuple(_state(text) for title, text in sections if title == "state")
    after = tuple(_state(text) for title, text in sections if title == "state after")
    context = _fields(first.get("context", ""))
    return Case(
        name=path.stem,
        program=assemble(first["asm"], str(path)),
        result=int(first["result"], 0) if "result" in first else None,
        context=context,
        context_after=_fields(first["context after"]) if "context after" in first else context,
        states=states,
        states_after=after or states,
    )


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Title and text of each; as many lines as in the file stand before the text."""
    title, start, lines = "about", 0, text.splitlines()
    for number, line in enumerate([*lines, "-- end"]):
        if line.startswith("-- "):
            yield title, "\n" * start + "\n".join(lines[start:number])
            title, start = line.removeprefix("-- ").strip(), number + 1


def _fields(text: str) -> dict[str, int]:
    pairs = (line.split() for line in text.splitlines() if line.strip())
    return {name: int(value, 0) for name, value in pairs}


def _state(text: str) -> bytes:
    return bytes.fromhex(text).ljust(STATE_SIZE, b"\0")


def check(case: Case, engine: Engine) -> None:
    """Run a case in an engine and compare result, context and states."""
    context, states = _context(case.context), [_memory(each) for each in case.states]
    assert engine.load(case.program).run(context, states) == case.result
    assert context == _context(case.context_after)
    assert tuple(bytes(each.state) for each in states) == case.states_after


def _context(fields: dict[str, int]) -> IoContext:
    context = IoContext()
    for name, value in fields.items():
        setattr(context, name, value)
    return context


def _memory(content: bytes) -> StateMemory[Block]:
    memory = StateMemory(Block)
    memory.state.content = Block.view(bytearray(content)).content
    return memory
