# SPDX-License-Identifier: Apache-2.0
"""One file of several: they are copied one after the other, so in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lightexit.trace.recording.parquet import ROWS, RecordingFile, open_writer, plain
from lightexit.trace.recording.schema import About, together

if TYPE_CHECKING:
    import pyarrow as pa


def merge(parts: Sequence[Path], path: Path) -> About:
    """Write the rows of all parts, of which there is at least one, to a file, and say what it is.

    Raises AuthorError for a part that cannot be read, OSError where the file cannot be written.
    """
    about = together([_about(part) for part in parts])
    with open_writer(path, about) as writer:
        for table in _tables(parts):
            writer.write_table(table, row_group_size=ROWS)
    return about


def _about(part: Path) -> About:
    file = RecordingFile(part)
    file.close()
    return file.about


def _tables(parts: Sequence[Path]) -> Iterator[pa.Table]:
    """Their rows, in tables as large as a row group is to be."""
    import pyarrow as pa

    waiting: list[pa.RecordBatch] = []
    rows = 0
    for part in parts:
        file = RecordingFile(part)
        for batch in file.batches():
            if waiting and rows + batch.num_rows > ROWS:
                yield plain(pa.Table.from_batches(waiting))
                waiting, rows = [], 0
            waiting.append(batch)
            rows += batch.num_rows
        file.close()
    if waiting:
        yield plain(pa.Table.from_batches(waiting))
