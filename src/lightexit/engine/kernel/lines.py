# SPDX-License-Identifier: Apache-2.0
"""A program's debug lines as BTF, so that the kernel's own log shows the author's source."""

from __future__ import annotations

from collections.abc import Iterator

from lightexit.engine.kernel.bpf import LineInfo, Refused, load_btf
from lightexit.errors import Location
from lightexit.isa import Kind, decode
from lightexit.isa.btf import written
from lightexit.isa.program import Program


def line_info(program: Program) -> LineInfo | None:
    """The program's lines for the kernel; None without lines or where it takes no BTF."""
    lines = list(_lines(program))
    if not lines or program.where(0) is None:
        return None
    btf, records = written(lines)
    try:
        return LineInfo(load_btf(btf), records, len(lines))
    except Refused:
        return None


def _lines(program: Program) -> Iterator[tuple[int, Location]]:
    """In order of slots; the kernel wants one at the start of every function."""
    code = decode(program)
    slots = {each.slot for each in code}
    functions = {each.target for each in code if _is_local_call(each.op.kind, each.op.name)}
    for slot in sorted({0} | functions | {line.slot for line in program.lines} & slots):
        where = program.where(slot)
        if where is not None:
            yield slot, where


def _is_local_call(kind: Kind, name: str) -> bool:
    return kind is Kind.CALL and name == "call_local"
