# SPDX-License-Identifier: Apache-2.0
"""The trace of a run in a file: a line for each trace point."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from lightexit.bus.watching import TraceEvent
from lightexit.errors import HostError


class TraceWriter:
    """Writes a line for each event. Raises HostError where the file does not take them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = path.open("w", encoding="utf-8")
        except OSError as error:
            raise self._refused(error) from None

    def write(self, event: TraceEvent) -> None:
        """One more line."""
        try:
            print(event, file=self._file)
        except OSError as error:
            raise self._refused(error) from None

    def _refused(self, error: OSError) -> HostError:
        return HostError(
            f"{self._path}: {error.strerror or error}",
            expected="a disk with room for the trace: about 200 bytes an access",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_rest: object) -> None:
        try:
            self._file.close()
        except OSError as error:
            if kind is None:
                raise self._refused(error) from None
