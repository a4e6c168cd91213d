# SPDX-License-Identifier: Apache-2.0
"""Files that VMMs on liblightexit write (`lightexit_record_begin`): a head, then a record for each
access. lib/src/record.c has the same layouts."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lightexit.abi import Space
from lightexit.errors import AuthorError
from lightexit.runtime.layout import TracePoint
from lightexit.shown import one_line
from lightexit.trace.access import Access, Answer
from lightexit.trace.recording.schema import About

MAGIC, VERSION = b"LXRECORD", 1
_MARK = b"XRECDEND"
HEAD = struct.Struct("<8sIIQII96s")
RECORD = struct.Struct("<QQQQQIBBBB8s")
_SOME = 4096
_EXPECTED = "a file that a VMM has written by lightexit_record_begin()"
_SPACES = {int(space): space for space in Space}
#: What no device of the bus has, is left to the VMM: it may have devices elsewhere.
_ANSWERS: dict[int, Answer] = {
    TracePoint.HANDLED: Answer.FILTER,
    TracePoint.PASSED: Answer.MODEL,
    TracePoint.UNCLAIMED: Answer.USER,
}


def is_stream(path: Path) -> bool:
    """Whether a file begins as one."""
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


class Stream:
    """One such file. `about` says whose it is, and `pid` which process wrote it. Once it was read,
    `lost` accesses are missing in it, and `damage` says what is wrong with its end.

    Raises AuthorError where it is none.
    """

    def __init__(self, path: Path) -> None:
        name = one_line(str(path))
        with path.open("rb") as file:
            head = file.read(HEAD.size)
        if len(head) < HEAD.size or head[: len(MAGIC)] != MAGIC:
            raise AuthorError(f"{name} is cut off in its head", expected=_EXPECTED)
        _, version, size, started, self.pid, _, host = HEAD.unpack(head)
        if (version, size) != (VERSION, RECORD.size):
            raise AuthorError(
                f"{name} has version {version} and records of {size} bytes",
                expected=f"version {VERSION}, and records of {RECORD.size} bytes",
                advice="another liblightexit has written it: convert it with its lightexit",
            )
        told = host.partition(b"\0")[0].decode(errors="backslashreplace")
        self.path, self.about = path, About(told, "liblightexit", started=started)
        self.damage, self._read, self._made = "", 0, 0

    @property
    def lost(self) -> int:
        """Numbers that no record has: those of several vCPUs may change places."""
        return self._made - self._read

    def accesses(self) -> Iterator[Access]:
        """Its accesses, up to the first record that is not whole."""
        with self.path.open("rb") as file:
            file.seek(HEAD.size)
            while data := file.read(_SOME * RECORD.size):
                whole = len(data) // RECORD.size * RECORD.size
                for record in RECORD.iter_unpack(data[:whole]):
                    if not _is_whole(record):
                        self.damage = f"it is damaged behind access {self._read:,}"
                        return
                    self._read += 1
                    self._made = max(self._made, record[0] + 1)
                    yield self._access(record)
                if whole < len(data):
                    self.damage = f"it is cut off behind access {self._read:,}"

    def _access(self, record: tuple[Any, ...]) -> Access:
        _, time_ns, address, value, duration, vcpu, space, size, is_write, point, _ = record
        answer = _ANSWERS[point]
        is_ours = answer is not Answer.USER
        return Access(
            time_ns,
            self.pid,
            vcpu,
            _SPACES[space],
            address,
            size,
            bool(is_write),
            value if is_ours or is_write else None,
            answer,
            duration if is_ours else None,
        )


def _is_whole(record: tuple[Any, ...]) -> bool:
    number, time_ns, _, _, _, vcpu, space, size, _, point, mark = record
    is_sane = max(number, time_ns) < 1 << 63 and vcpu < 1 << 15 and 1 <= size <= 8
    return mark == _MARK and is_sane and space in _SPACES and point in _ANSWERS
