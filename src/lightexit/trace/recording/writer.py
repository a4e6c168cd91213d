# SPDX-License-Identifier: Apache-2.0
"""Writes a recording so that what was recorded can be read whatever ends the writer.

Parquet has its table of contents at a file's end. So while it is recorded, FILE.parquet is a folder
FILE.parquet.parts of complete files, each at most ROWS accesses or SECONDS long; in the end they
become one file. A killed recorder leaves the folder, which is read as a file is.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from lightexit.abi import Space
from lightexit.errors import AuthorError, HostError
from lightexit.files import check_writable
from lightexit.trace.access import Access, Answer
from lightexit.trace.recording.columns import Columns
from lightexit.trace.recording.merging import merge
from lightexit.trace.recording.parquet import ROWS, need_pyarrow, open_writer, reason
from lightexit.trace.recording.schema import About
from lightexit.trace.vms import Vm

if TYPE_CHECKING:
    from lightexit.trace.probes.recording import Slots

#: A part is written after so many seconds at the latest: what a killed recorder loses.
SECONDS = 2.0
PARTS = ".parts"
_PART = re.compile(r"[0-9]{8}\.parquet")
_UNFINISHED = "unfinished.tmp"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was written; `remarks` are on what it was made of."""

    path: Path
    accesses: int
    lost: int
    bytes: int
    seconds: float
    remarks: tuple[str, ...] = ()


def parts_of(folder: Path) -> list[Path]:
    """The complete files of a recording that was not finished, in order."""
    return sorted(each for each in folder.iterdir() if _PART.fullmatch(each.name))


def folder_of(path: Path) -> Path:
    """Where the parts of a recording are as long as it is not finished."""
    return path.with_name(path.name + PARTS)


def check_new(path: Path, force: bool = False) -> None:
    """Raises AuthorError where no recording can be begun: what is there already is replaced if
    `force`; HostError where pyarrow is missing."""
    check_name(path, force)
    folder = folder_of(path)
    if folder.exists() and not force and any(folder.iterdir()):
        raise AuthorError(
            f"{folder} has a recording that was not finished",
            expected="the name of a new file",
            hint=f"lightexit record --from {folder} -o {path}",
            advice="this makes a file of it; --force deletes it",
        )


def check_name(path: Path, force: bool = False) -> None:
    """The same but for recordings that were not finished."""
    need_pyarrow()
    check_writable(path)
    if not path.exists():
        return
    if not stat.S_ISREG(path.stat().st_mode):
        raise AuthorError(f"{path} is no regular file", expected="a file to write")
    if not force:
        raise AuthorError(
            f"{path} is there already",
            expected="the name of a new file",
            advice="--force replaces it",
        )


class RecordingWriter:
    """Writes accesses to `path`; `find_vm` says which VM a process runs.

    Raises AuthorError where there is a recording already, finished or not, unless `force`;
    HostError where nothing can be written (any more). What was recorded by then can be read.
    """

    def __init__(
        self,
        path: Path,
        about: About,
        find_vm: Callable[[int], Vm],
        *,
        force: bool = False,
        rows: int = ROWS,
    ) -> None:
        self.path, self._folder, self._rows = path, folder_of(path), rows
        self._written, self.lost, self.bytes = 0, 0, 0
        self._about = replace(about, started=about.started or time.time_ns())
        self._columns = Columns(self._about.host, find_vm)
        self._parts, self._part_lost, self._is_open = 0, 0, False
        check_new(path, force)
        self.recorded: Recorded | None = None
        self._prepare()
        self._is_open = True
        self._begun = self._flushed = time.monotonic()

    @property
    def vms(self) -> int:
        """How many processes had accesses."""
        return self._columns.vms

    @property
    def accesses(self) -> int:
        """How many were recorded, in files or not yet."""
        return self._written + len(self._columns)

    def _prepare(self) -> None:
        try:
            if self._folder.exists():
                remove_parts(self._folder)
            self._folder.mkdir(exist_ok=True)
        except OSError as error:
            raise self._refused(error) from None

    def add(self, accesses: Iterable[Access], lost: int = 0) -> None:
        """Record some, maybe none, and that so many more were lost. Call it now and then: what is
        SECONDS old is written then."""
        for access in accesses:
            self._columns.add(access)
            if len(self._columns) >= self._rows:
                self._flush()
        self._note(lost)

    def add_slots(self, slots: Slots, vcpu_of: Callable[[int, int], int]) -> None:
        """The same of records as the kernel has written them."""
        if slots.data:
            self._columns.add_slots(slots, vcpu_of)
        if len(self._columns) >= self._rows:
            self._flush()
        self._note(slots.lost)

    def _note(self, lost: int) -> None:
        self._part_lost += lost
        self.lost += lost
        if time.monotonic() - self._flushed >= SECONDS:
            self._flush()

    def _flush(self) -> None:
        """Have all that was added in complete files."""
        self._flushed = time.monotonic()
        rows = len(self._columns)
        if not rows and not self._part_lost:
            return
        unfinished, table = self._folder / _UNFINISHED, self._columns.take()
        about = replace(self._about, ended=time.time_ns(), accesses=rows, lost=self._part_lost)
        try:
            with open_writer(unfinished, about) as writer:
                writer.write_table(table, row_group_size=ROWS)
            size = unfinished.stat().st_size
            unfinished.rename(self._folder / f"{self._parts + 1:08}.parquet")
        except OSError as error:
            raise self._refused(error) from None
        self._parts += 1
        self._part_lost = 0
        self._written += rows
        self.bytes += size

    def close(self) -> Recorded:
        """Make one file of all parts. Raises HostError where that cannot be written: they stay."""
        self._flush()
        self._is_open = False
        try:
            self._finish()
            size = self.path.stat().st_size
        except OSError as error:
            raise self._refused(error) from None
        seconds = time.monotonic() - self._begun
        return Recorded(self.path, self.accesses, self.lost, size, seconds)

    def _finish(self) -> None:
        parts, unfinished = parts_of(self._folder), self._folder / _UNFINISHED
        if len(parts) == 1:
            parts[0].replace(self.path)
        elif parts:
            merge(parts, unfinished)
            unfinished.replace(self.path)
        else:
            about = replace(self._about, ended=time.time_ns())
            open_writer(unfinished, about).close()
            unfinished.replace(self.path)
        remove_parts(self._folder)

    def _refused(self, error: OSError) -> HostError:
        """Writes no more."""
        self._is_open = False
        with contextlib.suppress(OSError):
            (self._folder / _UNFINISHED).unlink(missing_ok=True)
        found = f"{self.path}: {reason(error)}"
        if not self._parts:
            with contextlib.suppress(OSError):
                self._folder.rmdir()
            expected = "a disk with room: some 10 bytes an access"
            return HostError(f"{found}; nothing was recorded", expected=expected)
        return HostError(
            f"{found}; {self._written:,} accesses are in {self._folder}",
            expected="a disk with room: some 10 bytes an access",
            hint=f"lightexit record --from {self._folder} -o FILE",
            advice="FILE may be on another disk; `lightexit report` reads the folder as it is",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._is_open:
            self.recorded = self.close()


def remove_parts(folder: Path) -> None:
    """Delete the parts of a recording, and the folder if nothing else is in it. Raises OSError."""
    for path in (*parts_of(folder), folder / _UNFINISHED):
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        os.rmdir(folder)


def rehearse() -> None:
    """Record some accesses in a temporary folder. All code that recording takes is in memory then:
    for a process that is about to become a user who may not read where it is installed."""
    from lightexit.trace.probes.layout import RecordSlot
    from lightexit.trace.probes.recording import Slots

    access = Access(0, 0, 0, Space.PIO, 0, 1, False, 0, Answer.USER, 0)
    with tempfile.TemporaryDirectory(prefix="lightexit-record-") as folder:
        path = Path(folder, "rehearsal.parquet")
        with RecordingWriter(path, About("", ""), lambda pid: Vm(pid, "", ""), rows=1) as writer:
            writer.add((access, access))
            writer.add_slots(Slots(bytes(RecordSlot.layout.size), 0, 0), lambda _pid, _tid: 0)
