# SPDX-License-Identifier: Apache-2.0
"""Reads recordings, row group by row group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightexit.abi import Space
from lightexit.errors import AuthorError
from lightexit.shown import one_line
from lightexit.trace.access import Access, Answer
from lightexit.trace.recording.parquet import RecordingFile
from lightexit.trace.recording.schema import EXPECTED, About, together
from lightexit.trace.recording.writer import folder_of, parts_of

if TYPE_CHECKING:
    import pyarrow as pa

_SPACES = {space.name.lower(): space for space in Space}
#: So many accesses are Python's objects at a time.
_LOOSE = 4096
_COLUMNS = [
    "time",
    "pid",
    "vcpu",
    "space",
    "address",
    "size",
    "write",
    "value",
    "answer",
    "duration_ns",
]


@dataclass(frozen=True, slots=True)
class RecordedVm:
    """A VM that a recording has accesses of."""

    host: str
    vm: str
    vmm: str
    pid: int
    machine: str = ""


class Recording:
    """One recording, opened: a file, or the folder of parts of one that was not finished.

    `about` is what it says of itself. Nothing is read before it is asked for; then at most a row
    group is in memory.
    """

    def __init__(self, path: Path, files: list[Path], about: About) -> None:
        self.path, self.files, self.about = path, files, about

    @classmethod
    def open(cls, path: Path) -> Recording:
        """Look at a file or folder. Raises AuthorError where it is no recording, or not whole."""
        files = parts_of(path) if path.is_dir() else [path]
        if not files:
            raise AuthorError(f"{path} is a folder with no part of a recording", expected=EXPECTED)
        if not path.exists() and folder_of(path).is_dir():
            raise AuthorError(
                f"{path} was not finished: its parts are in {folder_of(path)}",
                expected=EXPECTED,
                hint=f"lightexit record --from {folder_of(path)} -o {path}",
            )
        return cls(path, files, together([_about(file) for file in files]))

    def __len__(self) -> int:
        return self.about.accesses

    def batches(self, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Its rows in the order in which they were recorded, some at a time. Raises AuthorError
        where some are damaged, after those before them."""
        for path in self.files:
            file = RecordingFile(path)
            try:
                yield from file.batches(columns)
            finally:
                file.close()

    def accesses(self, pid: int | None = None) -> Iterator[Access]:
        """Its accesses in the order in which they were recorded, all or those of one process.

        Raises AuthorError for damaged rows, and for words that are not known here.
        """
        import pyarrow.compute as pc

        for batch in self.batches(_COLUMNS):
            wanted = batch if pid is None else batch.filter(pc.equal(batch["pid"], pid))
            for first in range(0, wanted.num_rows, _LOOSE):
                for row in _rows(wanted.slice(first, _LOOSE)):
                    yield self._access(row)

    def _access(self, row: tuple[Any, ...]) -> Access:
        time_ns, pid, vcpu, space, address, size, is_write, value, answer, duration = row
        try:
            where, by = _SPACES[space], Answer(answer)
        except (KeyError, ValueError):
            raise AuthorError(
                f"{self.path} has an access with space {one_line(str(space), 20)} and answer "
                f"{one_line(str(answer), 20)}",
                expected=f"a space of {', '.join(_SPACES)}, an answer of {', '.join(Answer)}",
            ) from None
        return Access(time_ns, pid, vcpu, where, address, size, is_write, value, by, duration)

    def vms(self) -> list[RecordedVm]:
        """The VMs that it has accesses of, by process: all of it is read."""
        import pyarrow as pa

        keys, found = ["host", "vm", "vmm", "pid", "machine"], dict[RecordedVm, None]()
        for batch in self.batches(keys):
            for row in pa.Table.from_batches([batch]).group_by(keys).aggregate([]).to_pylist():
                found[RecordedVm(**row)] = None
        return sorted(found, key=lambda vm: (vm.host, vm.pid))


def _rows(batch: pa.RecordBatch) -> Iterator[tuple[Any, ...]]:
    import pyarrow as pa

    times = batch["time"].cast(pa.int64())
    return zip(*(each.to_pylist() for each in (times, *batch.columns[1:])), strict=True)


def _about(path: Path) -> About:
    file = RecordingFile(path)
    file.close()
    return file.about
