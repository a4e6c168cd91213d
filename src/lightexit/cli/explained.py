# SPDX-License-Identifier: Apache-2.0
"""What `lightexit explain` prints: text for a terminal, and a JSON document."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from lightexit.cli.schemas import EXPLAIN
from lightexit.errors import AuthorError
from lightexit.explain import phrases
from lightexit.explain.values import Handling

if TYPE_CHECKING:
    from lightexit.diagnosis import ReturnSite
    from lightexit.explain import Explanation
    from lightexit.explain.values import (
        ExplainedFunction,
        ExplainedInstruction,
        ExplainedLine,
        RegisterMap,
    )


@dataclass(frozen=True)
class NotExplained:
    """A filter that does not compile, or is refused, and why."""

    title: str
    error: AuthorError


#: Columns where the text of a line begins, and what is said of an instruction.
_LINE, _ABOUT = 12, 48
_COLUMNS = ("register", "offset", "bytes", "access", "answer", "instructions")


def text(found: Explanation | NotExplained, *, with_bytecode: bool) -> str:
    """All of it, in lines of 80 columns as far as the source's are that short."""
    if isinstance(found, NotExplained):
        return f"{found.title}: not explained\n{found.error}"
    return "\n".join(_lines(found, with_bytecode))


def _lines(found: Explanation, with_bytecode: bool) -> Iterator[str]:
    report = found.report
    yield f"{found.title}: at most {report.cost} instructions a run"
    if found.where is not None:
        yield f"  {shown_file(found.where.file)}:{found.where.line}"
    yield ""
    yield from _registers(found.registers)
    if found.sites is not None:
        yield ""
        yield from _sites(found)
    for each in found.functions:
        yield ""
        yield from _function(each, with_bytecode)


def _registers(registers: RegisterMap) -> Iterator[str]:
    yield "what it does with each access, by proof (whatever state, time and value are):"
    rows: list[tuple[str, ...]] = [_COLUMNS]
    for each in registers.answers:
        if each.handling is not Handling.PASSED:
            row = phrases.register_row(registers, each)
            rows.append((*row, str(each.cost)))
    if len(rows) > 1:
        yield from (f"  {line}" for line in _aligned(rows))
    yield f"  {phrases.rest(registers)}"
    if not registers.is_exact:
        yield "  not every offset was told from its neighbour: some of these may be passed"


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = zip(row[:-1], widths, strict=False)
        yield "  ".join([*(cell.ljust(w) for cell, w in cells), row[-1].rjust(widths[-1])])


def _sites(found: Explanation) -> Iterator[str]:
    yield "where an answer comes from:"
    for each in found.sites or ():
        yield f"  line {each.where.line}: {each.where.text.strip()}"
        yield f"    {phrases.site(found.registers, each)}"


def _function(function: ExplainedFunction, with_bytecode: bool) -> Iterator[str]:
    title = shown_file(function.file) or "bytecode, without source"
    yield f"{title}{f', {function.name}' if function.name else ''}:"
    yield "  cost  line"
    for line in function.lines:
        cost = str(line.cost) if line.cost else "-" if line.instructions else ""
        number = str(line.number) if line.number else ""
        yield f"{cost:>6}{number:>6}  {line.text}".rstrip()
        yield from _notes(line)
        if with_bytecode:
            for each in line.instructions:
                yield from _instruction(each)


def _notes(line: ExplainedLine) -> Iterator[str]:
    indent = " " * _LINE
    for fault in line.faults:
        marked = fault.where.text[fault.where.column : fault.where.end_column]
        yield f"{indent}! may fault: PASS if {fault.when}: {marked}"
    yield from (f"{indent}| {each}" for each in _filled(line.known))


def _filled(parts: Iterable[str]) -> Iterator[str]:
    """Together on lines, as many as fit."""
    width, line = _width() - _LINE - 3, ""
    for part in parts:
        if line and len(line) + len(part) + 2 > width:
            yield line
            line = part
        else:
            line = f"{line}; {part}" if line else part
    if line:
        yield line


def _instruction(each: ExplainedInstruction) -> Iterator[str]:
    """On two lines where one is too long."""
    times = f"{each.times}x" if each.times > 1 else "" if each.times else "-"
    told = each.about if each.is_reached else "never reached"
    code = f"{times:>{_LINE - 1}} {each.slot:4} {each.text}"
    whole = f"{code:<{_ABOUT}} {told}".rstrip()
    if len(whole) <= _width():
        yield whole
        return
    yield code
    yield f"{told:>{_width()}}"


def _width() -> int:
    return shutil.get_terminal_size((80, 24)).columns


def shown_file(file: str) -> str:
    """A file as seen from here, if it is below here."""
    here = f"{os.getcwd()}{os.sep}"
    return file.removeprefix(here)


# JSON


def document(found: Sequence[Explanation | NotExplained]) -> dict[str, Any]:
    """What `--json` prints."""
    return {"schema": EXPLAIN, "filters": [_as_json(each) for each in found]}


def _as_json(found: Explanation | NotExplained) -> dict[str, Any]:
    if isinstance(found, NotExplained):
        return {"filter": found.title, "error": found.error.to_json()}
    sites = found.sites
    return {
        "filter": found.title,
        "error": None,
        "file": found.where and found.where.file,
        "line": found.where and found.where.line,
        "cost": found.report.cost,
        "faults": found.report.to_json()["faults"],
        "registers": _registers_json(found.registers),
        "returns": None if sites is None else [_site_json(each) for each in sites],
        "functions": [_function_json(each) for each in found.functions],
    }


def _registers_json(registers: RegisterMap) -> dict[str, Any]:
    return {
        "is_exact": registers.is_exact,
        "windows": [
            asdict(each) | {"space": phrases.space(each.space)} for each in registers.windows
        ],
        "names": [
            {"offset": offset, "name": name} for offset, name in sorted(registers.names.items())
        ],
        "accesses": [asdict(each) | {"handling": str(each.handling)} for each in registers.answers],
    }


def _site_json(site: ReturnSite) -> dict[str, Any]:
    return {"file": site.where.file, "line": site.where.line} | {
        "handled_reads": site.reads,
        "handled_writes": site.writes,
    }


def _function_json(function: ExplainedFunction) -> dict[str, Any]:
    return {
        "file": function.file,
        "name": function.name,
        "lines": [
            {
                "line": each.number,
                "text": each.text,
                "cost": each.cost,
                "known": each.known,
                "instructions": [asdict(i) for i in each.instructions],
            }
            for each in function.lines
        ],
    }
