# SPDX-License-Identifier: Apache-2.0
"""The mistakes of `mistakes.txt`: what each is told, followed to the letter, and what changes."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from random import Random
from types import FunctionType
from typing import NamedTuple

from compiler.authoring import HEADER, function, with_body
from compiler.given import State
from lightexit.abi import IoContext, Verdict
from lightexit.compiler import generate
from lightexit.compiler.syntax.infer import infer_filter
from lightexit.compiler.typed.check import check
from lightexit.diagnosis import examine
from lightexit.errors import AuthorError
from lightexit.verifier import Limits

_EDGES = (0, 1, 2, 4, 5, 6, 9, 10, 255, 2**16, 2**31, 2**32 - 1, 2**63, 2**64 - 1)
_ENDING = "\nctx.data = 0\nreturn Verdict.HANDLED"
_REMARK = "  # "


class Mistake(NamedTuple):
    """A source, and as its author should have written it where no hint does that."""

    source: str
    repair: str


def _read() -> dict[str, Mistake]:
    text = Path(__file__).with_name("mistakes.txt").read_text()
    text = re.sub(r"^== .*\n", "", text, flags=re.MULTILINE)
    parts = re.split(r"^# (\w+)\n", text, flags=re.MULTILINE)[1:]
    both = (each.partition("\n=>\n") for each in parts[1::2])
    mistakes = (Mistake(source.strip("\n"), repair.strip("\n")) for source, _, repair in both)
    return dict(zip(parts[::2], mistakes, strict=True))


MISTAKES = _read()


def module(text: str) -> str:
    """A whole module's text: a body becomes the filter `f`, with an ending if it has none."""
    if re.search(r"^(async )?def f\(", text, re.MULTILINE):
        return text
    ended = re.match("return|raise", text.splitlines()[-1])
    return with_body(text if ended else text + _ENDING)


@functools.cache
def complaint(text: str, file: str) -> AuthorError | None:
    """Why compiler or verifier refuse the filter of a module."""
    try:
        plain = function(text, file)
        program = generate(check(infer_filter(plain)))
    except AuthorError as error:
        return error
    return examine(plain, program, Limits()).error


def followed(text: str, error: AuthorError) -> str:
    """A module with the marked text replaced, as the hint says."""
    where = error.where
    assert where is not None
    code = error.hint.partition(_REMARK)[0]
    lines = (HEADER + text).splitlines()
    line = lines[where.line - 1]
    lines[where.line - 1] = line[: where.column] + code + line[where.end_column :]
    return "\n".join(lines[1:])


def remark(error: AuthorError) -> str:
    """What the hint says it changes."""
    return error.hint.partition(_REMARK)[2]


Outcome = tuple[Verdict, bytes, bytes]


def changes(before: FunctionType, after: FunctionType, runs: int = 200) -> str:
    """The first access to which two functions answer differently in CPython; where the first
    cannot answer, because it raises or returns what is no verdict, anything is right."""
    random = Random(0)
    for _ in range(runs):
        context, state = _access(random)
        wanted = _outcome(before, context, state)
        if wanted is not None and _outcome(after, context, state) != wanted:
            return f"{context}\n{state}"
    return ""


def _access(random: Random) -> tuple[IoContext, State]:
    context, state = IoContext(), State()
    context.offset, context.data = random.choice(_EDGES), random.choice(_EDGES)
    context.now_ns = random.choice(_EDGES)
    context.size, context.is_write = random.choice((1, 2, 4, 8)), random.random() < 0.5
    state.buffer[:] = bytes(random.choices((0, 0, 1, 3, 5, 255), k=len(state.buffer)))
    state.base = random.choice((*_EDGES, context.now_ns))
    state.count = random.choice(_EDGES) & 0xFFFF_FFFF
    state.control = random.choice(_EDGES) & 63
    return context, state


def _outcome(function: FunctionType, context: IoContext, state: State) -> Outcome | None:
    access, copy = IoContext.view(bytearray(bytes(context))), State.view(bytearray(bytes(state)))
    try:
        verdict = function(access, copy)
    except Exception:
        return None
    if not isinstance(verdict, int) or verdict not in (0, 1):
        return None
    seen = verdict and (bytes(access), bytes(copy))
    return Verdict(verdict), *(seen or (b"", b""))
