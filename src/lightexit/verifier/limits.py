# SPDX-License-Identifier: Apache-2.0
"""What a program may cost, and of which accesses a proof is to hold."""

from __future__ import annotations

from typing import NamedTuple


class Accesses(NamedTuple):
    """Accesses to `offset`, of `size` bytes, in one direction.

    `offset` may have moved on by multiples of `step`, a power of two that divides it, up to
    `last`; `space` is one of `Space`, None for any.
    """

    offset: int
    last: int
    size: int
    is_write: bool
    space: int | None
    step: int = 1


class Limits(NamedTuple):
    """What a program may cost: its size in slots, its longest run in instructions, its proof in
    abstract states. `helpers` are the numbers of those it may call.

    Without `answers`, r0 may be any number and nothing is asked of `ctx.data`: memory safety
    and termination of any eBPF program.

    With `accesses`, nothing is proved of others: the report says what the program does with these.
    """

    slots: int = 16_384
    instructions: int = 65_536
    states: int = 100_000
    helpers: frozenset[int] = frozenset()
    answers: bool = True
    accesses: Accesses | None = None


DEFAULT = Limits()
