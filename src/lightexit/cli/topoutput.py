# SPDX-License-Identifier: Apache-2.0
"""What `lightexit top` writes where there is no screen: plain text, JSON or CSV, an interval after
the other."""

from __future__ import annotations

import csv
import io
import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from lightexit import __version__
from lightexit.cli.schemas import TOP
from lightexit.cli.topsavings import Savings
from lightexit.cli.topview import WIDE, View, header_lines, interrupt_lines, shown_rows, table_lines
from lightexit.shown import one_line
from lightexit.trace.advice import Advice, advice_lines
from lightexit.trace.names import apic_name
from lightexit.trace.rates import Rates, Row
from lightexit.trace.vms import Vm
from lightexit.trace.watching import ListedVm, VmWatch

#: Rows that plain text shows, and columns where it goes to no terminal.
_ROWS, _WIDTH = 40, 160
_CSV = (
    *("time", "seconds", "pid", "vm", "vmm", "vcpu", "space", "address", "device", "register"),
    *("size", "direction", "answered_in", "accesses", "per_second", "ns_each", "share", "filter"),
)


@dataclass(frozen=True)
class TopInterval:
    """All that is known of an interval that ended at `time`."""

    time: datetime
    rates: Rates
    vms: Sequence[ListedVm]
    advice: Sequence[Advice]
    watch: VmWatch
    savings: Savings | None = None


def now() -> datetime:
    """The time of an interval that ends now."""
    return datetime.now(UTC)


#: Makes the text of an interval; `is_first` where none came before.
Writer = Callable[[TopInterval, bool], str]


def text_writer(width: int | None) -> Writer:
    """Plain text, for a terminal of `width` columns."""

    def write(interval: TopInterval, is_first: bool) -> str:
        lines = [] if is_first else [""]
        return "\n".join([*lines, *text_lines(interval, width or _WIDTH)]) + "\n"

    return write


def text_lines(interval: TopInterval, width: int) -> list[str]:
    """A header, the busiest rows, and advice."""
    found, view = interval.rates, View()
    lines = header_lines(found, interval.vms, width, interval.watch.missing)
    lines += interrupt_lines(found, interval.vms, view, width)
    rows = shown_rows(found.rows, view)
    if not rows:
        return [*lines, f"no access in {found.seconds:.1f} s", *_advice(interval, width)]
    lines += ["", *table_lines(rows[:_ROWS], view, width, interval.savings)]
    others = rows[_ROWS:]
    if others:
        per_second = sum(row.per_second for row in others)
        lines.append(f"and {len(others):,} more, {per_second:,.0f} a second (--json has all)")
    if any(row.name.filter for row in rows) and width < WIDE:
        lines.append("F: lightexit has a filter for it")
    if interval.savings is not None:
        lines.append(interval.savings.basis())
    return lines + _advice(interval, width)


def _advice(interval: TopInterval, width: int) -> list[str]:
    lines = advice_lines(interval.advice, min(width, 100))
    return ["", *lines] if lines else []


def json_writer(interval: TopInterval, _is_first: bool) -> str:
    """One document, on one line."""
    return json.dumps(document(interval), separators=(",", ":")) + "\n"


def document(interval: TopInterval) -> dict[str, Any]:
    """All of an interval as plain values."""
    found, known = interval.rates, interval.watch.known
    return {
        "schema": TOP,
        "lightexit": __version__,
        "host": platform.node(),
        "time": interval.time.isoformat(timespec="milliseconds"),
        "seconds": found.seconds,
        "sampled": found.sampled,
        "lost": asdict(found.lost),
        "not_counted": [*interval.watch.missing],
        "accesses": found.accesses,
        "vms": [_vm(each) for each in interval.vms],
        "rows": [_row(row, interval.savings) for row in found.rows],
        "apic": [
            {
                "pid": key.pid,
                "vcpu": _known(known.vcpu(key.pid, key.tid)),
                "offset": key.offset,
                "register": apic_name(key.offset),
                "is_write": key.is_write,
                "accesses": count,
            }
            for key, count in found.apic.items()
        ],
        "lines": [
            {"pid": key.pid, "gsi": key.gsi, "changes": line.changes, "masked": line.masked}
            for key, line in found.lines.items()
        ],
        "advice": [
            {
                "rule": each.rule,
                **_name(each.vm),
                "text": each.text,
                "evidence": each.evidence,
                "page": each.page,
            }
            for each in interval.advice
        ],
    }


def _name(vm: Vm) -> dict[str, Any]:
    return {"pid": vm.pid, "vm": one_line(vm.name)}


def _vm(each: ListedVm) -> dict[str, Any]:
    vm = each.vm
    return {
        **_name(vm),
        "vmm": one_line(vm.vmm),
        "machine": one_line(vm.machine),
        "uuid": one_line(vm.uuid),
        "labels": {name: one_line(value) for name, value in vm.labels.items()},
        "per_second": each.per_second,
        "has_ended": each.has_ended,
    }


def _row(row: Row, savings: Savings | None) -> dict[str, Any]:
    return {
        **_name(row.vm),
        "vcpu": _known(row.vcpu),
        "space": row.space.name,
        "address": row.address,
        "device": row.name.device,
        "register": row.name.register,
        "filter": row.name.filter,
        "size": row.size,
        "is_write": row.is_write,
        "answered_in": row.answer.value,
        "accesses": row.accesses,
        "per_second": row.per_second,
        "ns_each": row.ns_each,
        "share": row.share,
        "estimated_saving_ms_per_second": savings and savings.ms_per_second(row),
    }


def _known(vcpu: int) -> int | None:
    return None if vcpu < 0 else vcpu


def csv_writer(interval: TopInterval, is_first: bool) -> str:
    """A line for each row, below a title that comes once."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if is_first:
        writer.writerow(_CSV)
    found, time = interval.rates, interval.time.isoformat(timespec="milliseconds")
    writer.writerows((time, f"{found.seconds:.3f}", *_csv_cells(row)) for row in found.rows)
    return out.getvalue()


def _csv_cells(row: Row) -> tuple[Any, ...]:
    return (
        row.vm.pid,
        one_line(row.vm.name),
        one_line(row.vm.vmm),
        "" if row.vcpu < 0 else row.vcpu,
        row.space.name,
        f"{row.address:#x}",
        row.name.device,
        row.name.register,
        row.size,
        "write" if row.is_write else "read",
        row.answer.value,
        row.accesses,
        f"{row.per_second:.1f}",
        "" if row.ns_each is None else f"{row.ns_each:.0f}",
        f"{row.share:.4f}",
        row.name.filter,
    )
