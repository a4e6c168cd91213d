# SPDX-License-Identifier: Apache-2.0
"""All that a report says of recordings, from the files on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from lightexit.errors import AuthorError
from lightexit.shown import one_line
from lightexit.trace.recording.schema import EXPECTED
from lightexit.trace.report import queries
from lightexit.trace.report.advising import advice
from lightexit.trace.report.database import MEMORY_MIB, Damaged, Database
from lightexit.trace.report.files import FoundFiles, whole
from lightexit.trace.report.latencies import Latencies
from lightexit.trace.report.values import Cost, RegisterSummary, Summary


def summarize(found: FoundFiles, memory_mib: int = MEMORY_MIB) -> Summary:
    """What the files come to. Files that are damaged in the middle are left out, and added to
    those of `found` that were refused.

    Raises AuthorError where there is no file to be read, HostError where DuckDB is missing or
    the disk is full.
    """
    try:
        return _summarize(found, memory_mib)
    except Damaged:
        found.files = _sound(whole(found.files, found.refused), found.refused)
    return _summarize(found, memory_mib)


def _sound(files: Iterable[Path], refused: list[AuthorError]) -> list[Path]:
    """Those files that DuckDB reads, too; why others are not is added to `refused`."""
    kept = []
    for path in files:
        try:
            with Database([path]) as database:
                database.rows("SELECT max(COLUMNS(*)) FROM accesses")
        except Damaged as error:
            found = f"{one_line(str(path))} is damaged: {error.found}"
            refused.append(AuthorError(found, expected=EXPECTED))
        else:
            kept.append(path)
    return kept


def _summarize(found: FoundFiles, memory_mib: int) -> Summary:
    if not found.files:
        raise AuthorError("there is no recording that can be read")
    with Database(found.files, memory_mib) as database:
        queries.count_cells(database)
        first_ns, last_ns = queries.interval(database)
        answers = queries.answers(database)
        registers = queries.registers(database, found.devices)
        vms = queries.vms(database)
        by_answer, by_number = queries.latencies(database, registers[: queries.TIMED])
        vm_count, register_count = queries.counts(database)
        total = sum(answers.values(), Cost())
        return Summary(
            files=len(found.files),
            lost=found.lost,
            first_ns=first_ns,
            last_ns=last_ns,
            answers=answers,
            vm_count=vm_count,
            vms=vms,
            other_vms=total - sum((vm.cost for vm in vms), Cost()),
            register_count=register_count,
            registers=_with(registers, by_number),
            other_registers=total - sum((each.cost for each in registers), Cost()),
            bins=queries.bins(database, first_ns, last_ns),
            latencies=by_answer,
            advice=advice(database),
        )


def _with(
    registers: list[RegisterSummary], latencies: dict[int, Latencies]
) -> list[RegisterSummary]:
    return [
        replace(register, latencies=latencies.get(number, register.latencies))
        for number, register in enumerate(registers)
    ]
