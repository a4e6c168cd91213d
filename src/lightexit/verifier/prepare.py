# SPDX-License-Identifier: Apache-2.0
"""What an instruction asks of a state and does to it, worked out once for all that are alike.

Instructions differ in their slots; what they demand and do, apart from where they lead, does not.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from lightexit.isa import Instruction, Kind
from lightexit.isa.table import Op
from lightexit.verifier.checker import CHECKS, Checker
from lightexit.verifier.requirements import Holds, requirements
from lightexit.verifier.state import State
from lightexit.verifier.transfer import Transfer, Ways, step_of

Check = Callable[[Checker, Any, State], None]
#: None: on to the next instruction.
Step = Callable[[Transfer, Instruction, State], Ways | None]


class Prepared(NamedTuple):
    """Registers that must hold something, what else must hold, and what the instruction does."""

    held: tuple[int, ...]
    checks: tuple[tuple[Check, Any], ...]
    step: Step


def prepared(i: Instruction) -> Prepared:
    """What the instruction asks and does."""
    if i.op.kind is Kind.CALL:
        return _prepare(i)
    return _alike(i.op, i.dst, i.src, i.offset, i.imm, i.next_imm)


@lru_cache(1 << 14)
def _alike(op: Op, dst: int, src: int, offset: int, imm: int, next_imm: int) -> Prepared:
    return _prepare(Instruction(op, dst, src, offset, imm, next_imm))


def _prepare(i: Instruction) -> Prepared:
    required = requirements(i)
    held = tuple(needed.register for needed in required if isinstance(needed, Holds))
    rest = tuple(
        (CHECKS[type(needed)], needed) for needed in required if not isinstance(needed, Holds)
    )
    return Prepared(held, rest, step_of(i))
