# SPDX-License-Identifier: Apache-2.0
"""A program's debug lines as BTF, so that the kernel's own log shows the author's source."""

from __future__ import annotations

from lightexit.engine.kernel.bpf import LineInfo, Refused, load_btf
from lightexit.isa import decode
from lightexit.isa.btf import written
from lightexit.isa.functions import lines_of
from lightexit.isa.program import Program


def line_info(program: Program) -> LineInfo | None:
    """The program's lines for the kernel; None without lines or where it takes no BTF."""
    lines = lines_of(program, decode(program))
    if not lines:
        return None
    btf, records = written(lines)
    try:
        return LineInfo(load_btf(btf), records, len(lines))
    except Refused:
        return None
