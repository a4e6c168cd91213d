# SPDX-License-Identifier: Apache-2.0
"""Random inputs, before anything is proved: most of what is wrong is wrong on many of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

from lightexit.abi import IoContext, Struct
from lightexit.isa.program import Program
from lightexit.prover.fields import spans
from lightexit.prover.replay import Counterexample, Input, replayed

#: How many are tried.
INPUTS = 200


def tried(
    function: Callable[..., Any],
    program: Program,
    kinds: Sequence[type[Struct]],
    count: int = INPUTS,
) -> Counterexample | None:
    """The first of some inputs, always the same, that is a counterexample."""
    for given in inputs(Random(0), kinds, count):
        found = replayed(function, program, kinds, given)
        if found is not None:
            return found
    return None


def inputs(random: Random, kinds: Sequence[type[Struct]], count: int) -> Iterator[Input]:
    """Accesses to small offsets, and states; ends of each width are frequent."""
    for _ in range(count):
        context = IoContext.view(bytearray(_bytes(random, IoContext)))
        context.offset = random.choice(
            (context.offset, random.randrange(16), random.randrange(4096))
        )
        context.is_write = random.random() < 0.5
        context.size = random.choice((1, 2, 4, 8))
        yield Input(bytes(context), tuple(_bytes(random, kind) for kind in kinds))


def _bytes(random: Random, kind: type[Struct]) -> bytes:
    data = bytearray(
        random.randbytes(kind.layout.size) if random.random() < 0.2 else kind.layout.size
    )
    for span in spans(kind, 64):
        if not span.is_wide:
            value = _number(random, 8 * span.size)
            data[span.offset : span.offset + span.size] = value.to_bytes(span.size, "little")
    return bytes(data)


def _number(random: Random, bits: int) -> int:
    near = random.choice((0, 1 << bits - 1, (1 << bits) - 1))
    low = near + random.randrange(-2, 5)
    return random.choice((low, random.getrandbits(random.randrange(1, bits + 1)))) & (1 << bits) - 1
