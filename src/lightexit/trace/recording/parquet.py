# SPDX-License-Identifier: Apache-2.0
"""Parquet files of the recordings' format: what each takes, and what may be wrong with one."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lightexit.errors import AuthorError
from lightexit.extras import need
from lightexit.shown import one_line
from lightexit.trace.recording.schema import (
    EXPECTED,
    KEY,
    NUMBERS,
    About,
    difference,
    read_about,
    schema,
)

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

#: Rows of a row group: what a reader has in memory at least, some 8 MiB.
ROWS = 1 << 17
_MAGIC = b"PAR1"


def need_pyarrow() -> None:
    """Raises HostError where pyarrow is not installed. It is not imported: it starts threads, and
    rights are to be dropped before."""
    need("a recording", "pyarrow")


def open_writer(path: Path, about: About) -> pq.ParquetWriter:
    """A file to write tables to. Raises OSError."""
    import pyarrow.parquet as pq

    columns = schema()
    return pq.ParquetWriter(
        path,
        columns.with_metadata({KEY: about.to_bytes()}),
        compression="zstd",
        use_dictionary=[name for name in columns.names if name not in NUMBERS],
        column_encoding=dict.fromkeys(NUMBERS, "DELTA_BINARY_PACKED"),
    )


class RecordingFile:
    """One file, looked at: it is a recording, whole as far as its end tells.

    Raises AuthorError for any other.
    """

    def __init__(self, path: Path) -> None:
        need_pyarrow()
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.path = path
        self._name = one_line(str(path))
        try:
            _check_file(path, self._name)
            self._file = pq.ParquetFile(path, memory_map=False, pre_buffer=False)
        except (OSError, pa.ArrowException, ValueError) as error:
            raise self._refused(error) from None
        self.rows: int = self._file.metadata.num_rows
        self.about = read_about(self._name, self._file.metadata.metadata)
        lacking = difference(self._file.schema_arrow)
        if lacking:
            self.close()
            raise AuthorError(f"{self._name} has {lacking}", expected=EXPECTED)

    def batches(self, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Its rows, in order, at most ROWS at a time.

        Raises AuthorError where some are damaged, after those before them.
        """
        import pyarrow as pa

        read = 0
        wanted = schema().names if columns is None else columns
        try:
            for group in range(self._file.num_row_groups):
                for batch in self._file.iter_batches(ROWS, [group], wanted, use_threads=False):
                    yield batch
                    read += batch.num_rows
        except (OSError, pa.ArrowException, ValueError) as error:
            raise AuthorError(
                f"{self._name} is damaged: of its {self.rows:,} accesses the first {read:,} can "
                f"be read ({one_line(str(error), 100)})",
                expected=EXPECTED,
            ) from None

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _refused(self, error: Exception) -> AuthorError:
        """Arrow raises OSError for damaged files, too; then there is no errno."""
        if isinstance(error, OSError) and error.errno:
            return AuthorError(f"{self._name}: {reason(error)}", expected=EXPECTED)
        found = f"{self._name} is damaged: {one_line(str(error).strip(), 100)}"
        return AuthorError(found, expected=EXPECTED)


def reason(error: OSError) -> str:
    """What the system says of it; Arrow's own text says where in Arrow it was."""
    return os.strerror(error.errno).lower() if error.errno else one_line(str(error).strip(), 100)


def _check_file(path: Path, name: str) -> None:
    """Raises AuthorError where it cannot be Parquet, or is not whole; OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise AuthorError(f"{name} is no regular file", expected=EXPECTED)
        if file.read(len(_MAGIC)) != _MAGIC:
            raise AuthorError(f"{name} is no Parquet file", expected=EXPECTED)
        file.seek(max(status.st_size - len(_MAGIC), 0))
        if status.st_size <= 2 * len(_MAGIC) or file.read() != _MAGIC:
            raise AuthorError(
                f"{name} is cut off: a Parquet file says at its end what is in it, and this one's "
                "is missing",
                expected=EXPECTED,
                advice="copy the file again",
            )


def plain(table: pa.Table) -> pa.Table:
    """The table's columns as the format has them, whatever dictionaries their batches have."""
    return table.select(schema().names).cast(schema()).unify_dictionaries()
