# SPDX-License-Identifier: Apache-2.0
"""A run whose accesses all go to a file: a trace, or a recording."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lightexit.errors import AuthorError
from lightexit.files import check_writable

if TYPE_CHECKING:
    from lightexit.cli.tracing import TraceWriter
    from lightexit.trace.recording import MachineRecorder
    from lightexit.vm.machine import Machine


@dataclass(frozen=True)
class AccessFile:
    """The file, if one is wanted."""

    trace: Path | None = None
    record: Path | None = None

    def check(self) -> None:
        """Before anything runs. Raises AuthorError."""
        if self.trace is not None:
            check_writable(self.trace)
        if self.record is None:
            return
        if self.trace is not None:
            raise AuthorError("--trace and --record at once", expected="one of them")
        from lightexit.trace.recording import check_new

        check_new(self.record, force=True)

    @contextlib.contextmanager
    def of(self, machine: Machine) -> Iterator[None]:
        """Within, every access goes there; what cannot be written ends the run."""
        writer = self._writer(machine)
        if writer is None:
            yield
            return
        with writer:
            machine.bus.trace(writer.write)
            try:
                yield
            finally:
                machine.bus.trace(None)

    def _writer(self, machine: Machine) -> TraceWriter | MachineRecorder | None:
        if self.record is not None:
            from lightexit.trace.recording import MachineRecorder

            return MachineRecorder(self.record, machine.bus)
        if self.trace is not None:
            from lightexit.cli.tracing import TraceWriter

            return TraceWriter(self.trace)
        return None
