# SPDX-License-Identifier: Apache-2.0
"""SQL over recordings, by DuckDB: files are read while a query runs, and what does not fit into
memory goes to a temporary folder."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from lightexit.errors import AuthorError, HostError
from lightexit.extras import need
from lightexit.shown import one_line

#: What DuckDB may take of memory.
MEMORY_MIB = 512
LONGEST = 200
_SOME = 1000
#: Words that are not known are one, texts are bounded: a file is anybody's.
_TEXTS = ", ".join(f"{name}[:{LONGEST}] AS {name}" for name in ("host", "vm", "vmm", "machine"))
_COLUMNS = f"""
    epoch_ns(time) AS time_ns, {_TEXTS}, pid, vcpu, address, size, write, duration_ns,
    CASE WHEN space IN ('pio', 'mmio', 'msr') THEN space ELSE 'other' END AS space,
    CASE WHEN answer IN ('kvm', 'user', 'filter', 'model', 'nobody') THEN answer ELSE 'other' END
        AS answer
"""
_MAGIC = re.compile(r"([*?\[])")


def check_duckdb() -> None:
    """Raises HostError where it is missing."""
    need("a report", "duckdb", "pyarrow")


class Damaged(AuthorError):  # noqa: N818 - as AuthorError's own name goes
    """Some file cannot be read to its end."""


class Database:
    """The rows of all files as a view `accesses`. `time_ns` is the time in ns since the epoch.

    Raises HostError where its temporary folder is full. It needs what `check_duckdb` looks for.
    """

    def __init__(self, files: Sequence[Path], memory_mib: int = MEMORY_MIB) -> None:
        import duckdb

        self._duckdb = duckdb
        self._folder = tempfile.TemporaryDirectory(prefix="lightexit-report-")
        self._connection = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": f"{memory_mib}MB",
                "temp_directory": self._folder.name,
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        self._connection.execute("SET enable_progress_bar = false")  # on standard output
        try:
            self._open(files)
        except BaseException:
            self.__exit__()
            raise

    def _open(self, files: Sequence[Path]) -> None:
        names = [_literal(path) for path in files]
        with self._reading():
            relation = self._connection.read_parquet(
                names, hive_partitioning=False, union_by_name=False
            )
            relation.project(_COLUMNS).create_view("accesses")

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except self._duckdb.OutOfMemoryException as error:
            raise HostError(
                f"the recordings need more memory than {MEMORY_MIB} MiB, and "
                f"{self._folder.name} has no room: {one_line(str(error), 100)}",
                expected="some GiB in the folder for temporary files",
                advice="TMPDIR names another one",
            ) from None
        except (self._duckdb.ParserException, self._duckdb.BinderException):
            raise  # what is asked is wrong, not a file
        except self._duckdb.Error as error:
            raise Damaged(one_line(str(error), 200)) from None

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What a query gives. Raises Damaged where a file cannot be read to its end."""
        return [*self.stream(sql, *parameters)]

    def stream(self, sql: str, *parameters: object) -> Iterator[tuple[Any, ...]]:
        """The same, some rows at a time; no other query is asked meanwhile."""
        with self._reading():
            result = self._connection.execute(sql, [*parameters])
            while some := result.fetchmany(_SOME):
                yield from some

    def table(self, name: str, columns: str, rows: Iterable[Sequence[object]]) -> None:
        """Make a table of a few rows; `columns` is SQL."""
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({columns})")
        every = [[*row] for row in rows]
        if every:
            marks = ", ".join("?" * len(every[0]))
            self._connection.executemany(f"INSERT INTO {name} VALUES ({marks})", every)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._connection.close()
        self._folder.cleanup()


def _literal(path: Path) -> str:
    """The name as a pattern that matches it only."""
    return _MAGIC.sub(r"[\1]", str(path))
