# SPDX-License-Identifier: Apache-2.0
"""Filters with signed numbers in the rig: what they are run with, and what must come of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from kernel.carried import Carried, states
from lightexit.abi import IoContext, Verdict
from lightexit.engine.api import Engine, Loaded
from lightexit.engine.kernel.bpf import Refused
from lightexit.errors import AuthorError

FILE = "signed-filters"
_LOG_LINES = 20


class Given(NamedTuple):
    """What a program is run with: bytes in hex."""

    context: str
    states: Sequence[str]


class Left(NamedTuple):
    """What a run leaves behind. After PASS the context does not count, and is empty."""

    verdict: int
    context: str
    states: Sequence[str]


@dataclass(frozen=True)
class Entry(Carried):
    """A program with its source, and runs; `masked` as for KernelEngine."""

    source: str
    masked: bool
    runs: list[tuple[Given, Left]]


def entries(folder: Path) -> list[Entry]:
    """What `signed_filters.describe` said."""
    found = json.loads((folder / FILE).read_text())
    for each in found:
        each["runs"] = [(Given(*given), Left(*left)) for given, left in each["runs"]]
    return [Entry(**each) for each in found]


def run(loaded: Loaded, given: Given) -> Left:
    """Run a program once."""
    context = IoContext.view(bytearray.fromhex(given.context))
    memories = states([bytes.fromhex(each) for each in given.states])
    verdict = loaded.run(context, memories)
    kept = "" if verdict == Verdict.PASS else bytes(context).hex()
    return Left(verdict, kept, [bytes(memory.state).hex() for memory in memories])


def complaint(entry: Entry, engine: Engine) -> str:
    """What is wrong with a program in an engine, with its source; empty if nothing is."""
    try:
        loaded = engine.load(entry.program)
    except AuthorError as refusal:
        return f"{entry.name}: {refusal.found}\n{entry.source}\n{_log(refusal)}"
    for given, wanted in entry.runs:
        left = run(loaded, given)
        if left != wanted:
            heading = f"{entry.name}: {engine.name} differs from CPython"
            return f"{heading}\n{entry.source}\n{given}\nexpected {wanted}\nfound    {left}"
    return ""


def _log(refusal: AuthorError) -> str:
    """The end of what the kernel's verifier said."""
    cause = refusal.__cause__
    lines = cause.log.splitlines() if isinstance(cause, Refused) else []
    return "\n".join(lines[-_LOG_LINES:])
