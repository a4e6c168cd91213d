# SPDX-License-Identifier: Apache-2.0
"""Source lines written as BTF are read as what they were."""

from __future__ import annotations

import struct

from lightexit.errors import Location
from lightexit.isa.btf import RECORD_SIZE, line_info, written


def read_back(*lines: tuple[int, Location]) -> list[tuple[int, Location]]:
    """By way of a `.BTF.ext` around the records, which bpf(2) does without."""
    btf, records = written(lines)
    name = btf.index(b"pit.py\0") - (len(btf) - struct.unpack_from("<I", btf, 20)[0])
    info = struct.pack("<III", RECORD_SIZE, name, len(lines)) + records
    header = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, 0, 0, len(info))
    return line_info(btf, header + info)["pit.py"]


def test_lines_are_read_as_they_were_written() -> None:
    first = Location("pit.py", 7, 4, 5, "ctx.data = u64(count)")
    second = Location("pit.py", 8, 0, 1, "return Verdict.HANDLED")
    assert read_back((0, first), (3, second)) == [(0, first), (3, second)]


def test_a_text_stands_in_it_once() -> None:
    where = Location("pit.py", 7, 4, 5, "x = 1")
    assert written([(0, where), (1, where)]).btf.count(b"x = 1\0") == 1


def test_what_does_not_fit_is_cut() -> None:
    far = Location("pit.py", 2**30, 5000, 5001, "  with\0zero  ")
    ((_, found),) = read_back((0, far))
    assert (found.line, found.column, found.text) == (2**22 - 1, 2**10 - 2, "  with zero")


def test_a_line_without_text_has_a_mark() -> None:
    ((_, found),) = read_back((0, Location("pit.py", 1, 0, 1, "")))
    assert found.text == "?"
