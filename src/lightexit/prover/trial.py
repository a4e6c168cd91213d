# SPDX-License-Identifier: Apache-2.0
"""Random inputs, before anything is proved: most of what is wrong is wrong on many of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

from lightexit.abi import IoContext, Struct
from lightexit.isa import decode
from lightexit.isa.program import Program
from lightexit.prover.fields import spans
from lightexit.prover.replay import Counterexample, Input, replayed

#: How many are tried.
INPUTS = 200
_WORD = 2**64 - 1


def tried(
    function: Callable[..., Any],
    program: Program,
    kinds: Sequence[type[Struct]],
    count: int = INPUTS,
) -> Counterexample | None:
    """The first of some inputs, always the same, that is a counterexample."""
    for given in inputs(Random(0), program, kinds, count):
        found = replayed(function, program, kinds, given)
        if found is not None:
            return found
    return None


def inputs(
    random: Random, program: Program, kinds: Sequence[type[Struct]], count: int
) -> Iterator[Input]:
    """Accesses and states; ends of each width are frequent, and numbers of the program, which are
    the offsets and values that it looks for."""
    known = [*_numbers(program)]
    for _ in range(count):
        context = IoContext.view(bytearray(_bytes(random, IoContext, known)))
        offsets = context.offset, random.randrange(16), random.randrange(4096)
        context.offset = random.choice((*offsets, *random.choices(known, k=6))) & _WORD
        context.is_write = random.random() < 0.5
        context.size = random.choice((1, 2, 4, 8))
        yield Input(bytes(context), tuple(_bytes(random, kind, known) for kind in kinds))


def _numbers(program: Program) -> Iterator[int]:
    """Those in its instructions, 0 at least; LLVM writes `x == 5` also as `x - 5 == 0`."""
    yield 0
    numbers = {each.imm64 if each.wide else each.imm: None for each in decode(program)}
    for number in numbers:
        yield from {number, -number}


def _bytes(random: Random, kind: type[Struct], known: Sequence[int]) -> bytes:
    data = bytearray(
        random.randbytes(kind.layout.size) if random.random() < 0.2 else kind.layout.size
    )
    for span in spans(kind, 64):
        if not span.is_wide:
            value = _number(random, 8 * span.size, known)
            data[span.offset : span.offset + span.size] = value.to_bytes(span.size, "little")
    return bytes(data)


def _number(random: Random, bits: int, known: Sequence[int]) -> int:
    near = random.choice((0, 1 << bits - 1, -1, random.choice(known)))
    close = near + random.choice((0, 0, 0, 0, -2, -1, 1, 2, 3, 4))
    far = random.getrandbits(random.randrange(1, bits + 1))
    return random.choice((close, close, far)) & (1 << bits) - 1
