# SPDX-License-Identifier: Apache-2.0
"""What a program may cost."""

from __future__ import annotations

from typing import NamedTuple


class Limits(NamedTuple):
    """What a program may cost: its size in slots, its longest run in instructions, its proof in
    abstract states. `helpers` are the numbers of those it may call.

    Without `answers`, r0 may be any number and nothing is asked of `ctx.data`: memory safety
    and termination of any eBPF program.
    """

    slots: int = 16_384
    instructions: int = 65_536
    states: int = 100_000
    helpers: frozenset[int] = frozenset()
    answers: bool = True


DEFAULT = Limits()
