# SPDX-License-Identifier: Apache-2.0
"""Who runs a machine's vCPUs."""

from __future__ import annotations

from typing import TypeAlias

from lightexit.errors import AuthorError, HostError
from lightexit.vm.board import Board
from lightexit.vm.multiprocessor import Multiprocessor
from lightexit.vm.outcome import End
from lightexit.vm.schedule import Schedule
from lightexit.vm.uniprocessor import Uniprocessor

Processors: TypeAlias = Uniprocessor | Multiprocessor


def make_processors(board: Board, schedule: Schedule, end: End) -> Processors:
    """For the vCPUs of a board.

    Raises HostError for several without local APICs, AuthorError for several with a clock that
    steps.
    """
    if len(board.cpus) > 1 and board.clock.step_ns:
        raise AuthorError(
            f"a clock that steps with every access, for {len(board.cpus)} vCPUs",
            expected="one vCPU: the order of several vCPUs' accesses is not reproducible",
            hint="a HostClock",
        )
    if board.irqchip.keeps_apics:
        return Multiprocessor(board, end)
    if len(board.cpus) > 1:
        raise HostError(
            f"{len(board.cpus)} vCPUs without local APICs",
            expected="a back end that keeps them, by which CPUs start and interrupt each other",
            hint="--backend kvm",
        )
    return Uniprocessor(board.cpus[0], board.bus.cpus[0], schedule, end)
