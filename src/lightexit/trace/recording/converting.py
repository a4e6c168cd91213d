# SPDX-License-Identifier: Apache-2.0
"""One recording of several, or of one that was not finished."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lightexit.errors import AuthorError, HostError, InternalError
from lightexit.trace.recording.merging import merge
from lightexit.trace.recording.parquet import reason
from lightexit.trace.recording.reader import Recording
from lightexit.trace.recording.stream import Stream, is_stream
from lightexit.trace.recording.writer import (
    Recorded,
    RecordingWriter,
    check_name,
    check_new,
    folder_of,
    remove_parts,
)
from lightexit.trace.vms import Vm


def convert(sources: Sequence[Path], path: Path, *, force: bool = False) -> Recorded:
    """Write the accesses of all sources, one after the other, to a new file: of recordings, or of
    files that VMMs on liblightexit have written.

    Parts of the file's own unfinished recording are deleted then. Raises AuthorError for a source
    that cannot be read, HostError where the file cannot be written; then there is none.
    """
    kinds = {is_stream(source) for source in sources}
    if kinds == {True}:
        return _convert_streams([Stream(source) for source in sources], path, force)
    if kinds == {True, False}:
        raise AuthorError(
            "files of liblightexit and recordings at once",
            expected="one kind of them",
            advice="make recordings of the files first, then one of all",
        )
    return _join(sources, path, force)


def _convert_streams(streams: Sequence[Stream], path: Path, force: bool) -> Recorded:
    vms = {stream.pid: Vm(stream.pid, stream.path.stem, "liblightexit") for stream in streams}
    check_new(path, force)
    writer = RecordingWriter(path, streams[0].about, lambda pid: vms[pid], force=force)
    with writer:
        for stream in streams:
            writer.add(stream.accesses())
            writer.add((), stream.lost)
    remarks = tuple(f"{each.path}: {each.damage}" for each in streams if each.damage)
    if writer.recorded is None:
        raise InternalError("a recording was not finished")
    return replace(writer.recorded, remarks=remarks)


def _join(sources: Sequence[Path], path: Path, force: bool) -> Recorded:
    begun = time.monotonic()
    own = folder_of(path)
    is_own = any(source.resolve() == own.resolve() for source in sources)
    (check_name if is_own else check_new)(path, force)
    files = [file for source in sources for file in Recording.open(source).files]
    unfinished = path.with_name(f"{path.name}.tmp")
    try:
        about = merge(files, unfinished)
        unfinished.replace(path)
        if is_own:
            remove_parts(own)
    except OSError as error:
        raise HostError(
            f"{path}: {reason(error)}",
            expected="a disk with room: some 10 bytes an access",
            advice="-o may name a file on another disk",
        ) from None
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
    size, seconds = path.stat().st_size, time.monotonic() - begun
    return Recorded(path, about.accesses, about.lost, size, seconds)
