# SPDX-License-Identifier: Apache-2.0
"""Proofs in the cache: a program with what was learned of it, as plain data."""

from __future__ import annotations

import json

from lightexit.cache.sources import sources_version
from lightexit.isa.program import Program
from lightexit.verifier.limits import DEFAULT
from lightexit.verifier.report import Report

KIND = "proof"
#: Folders of lightexit whose code decides what is proved of a program.
MAKERS = ("abi", "isa", "verifier")
VERSION = sources_version(*MAKERS)


def pack(report: Report) -> bytes:
    """A report as bytes: of an accepted program, within the usual limits."""
    if report.error is not None or report.limits != DEFAULT:
        raise ValueError("only what any host would accept is kept")
    return json.dumps(
        {
            "program": report.program.to_plain(),
            "cost": report.cost,
            "states_explored": report.states_explored,
            "read_maps": sorted(report.read_maps),
            "written_maps": sorted(report.written_maps),
            "reads_clock": report.reads_clock,
            "data_bits": report.data_bits,
            "stack": report.stack,
            "handled_reads": report.handled_reads,
            "handled_writes": report.handled_writes,
            "may_pass": report.may_pass,
            "actions": report.actions,
            "askers": [(*asked, slot) for asked, slot in report.askers.items()],
        }
    ).encode()


def unpack(data: bytes) -> Report:
    """The report that `pack` made bytes of."""
    kept = json.loads(data)
    return Report(
        Program.from_plain(kept["program"]),
        cost=kept["cost"],
        states_explored=kept["states_explored"],
        read_maps=frozenset(kept["read_maps"]),
        written_maps=frozenset(kept["written_maps"]),
        reads_clock=kept["reads_clock"],
        data_bits=kept["data_bits"],
        stack=kept["stack"],
        handled_reads=tuple((low, high) for low, high in kept["handled_reads"]),
        handled_writes=tuple((low, high) for low, high in kept["handled_writes"]),
        may_pass=kept["may_pass"],
        actions=kept["actions"],
        askers={(name, bit): slot for name, bit, slot in kept["askers"]},
    )
