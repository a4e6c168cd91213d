# SPDX-License-Identifier: Apache-2.0
"""A run that begins with a saved machine, is saved by SIGUSR1, or at its end."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from lightexit.cli.streams import say
from lightexit.extras import need
from lightexit.files import check_writable

if TYPE_CHECKING:
    from lightexit.vm.machine import Machine, Outcome, RunLimits

SaveFile = Annotated[
    Path | None,
    typer.Option(
        "--save",
        metavar="FILE",
        help="Save the machine in this file when the run ends; with SIGUSR1, and go on.",
    ),
]
RestoreFile = Annotated[
    Path | None,
    typer.Option(
        "--restore",
        metavar="FILE",
        help="Go on with the machine that was saved in this file: it takes the same options.",
    ),
]
Run: TypeAlias = "Callable[[RunLimits], Outcome]"
_SIGNAL = getattr(signal, "SIGUSR1", None)


@dataclass(frozen=True)
class Saving:
    """The files, where they are wanted."""

    save: Path | None = None
    restore: Path | None = None

    def check(self) -> None:
        """Before anything runs. Raises AuthorError, and HostError without the extra."""
        if self.save is not None or self.restore is not None:
            need("--save and --restore", "zstandard")
        if self.save is not None:
            check_writable(self.save)

    def run(self, machine: Machine, run: Run, limits: RunLimits, *, keeps: bool) -> Outcome:
        """As `run`, which runs the machine, from the saved one on; with saves if it `keeps` any.

        The limits are for all of it.
        """
        if self.restore is not None:
            machine.restore(self.restore)
        if self.save is None or not keeps:
            return run(limits)
        with _Asked(machine) as asked:
            outcome = run(limits)
            while asked.is_why(outcome):
                _save(machine, self.save)
                outcome = run(limits.left(outcome)).after(outcome)
        _save(machine, self.save)
        return outcome


def _save(machine: Machine, path: Path) -> None:
    machine.save(path)
    size = path.stat().st_size
    say(f"saved in {path}: {size:,} bytes")


class _Asked:
    """Within, SIGUSR1 ends the run of a machine, to be saved."""

    _NAME = "SIGUSR1"

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def __enter__(self) -> _Asked:
        if _SIGNAL is not None:
            self._before = signal.signal(_SIGNAL, self._note)
        return self

    def __exit__(self, *exception: object) -> None:
        if _SIGNAL is not None:
            signal.signal(_SIGNAL, self._before)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        from lightexit.vm.machine import RunEnd

        self._machine.stop(RunEnd.REQUEST, self._NAME)

    def is_why(self, outcome: Outcome) -> bool:
        """Whether it has ended this run."""
        return outcome.detail == self._NAME
