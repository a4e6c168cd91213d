# SPDX-License-Identifier: Apache-2.0
"""What recordings say, as a JSON document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from lightexit.cli.schemas import REPORT
from lightexit.errors import AuthorError
from lightexit.trace.report import Summary
from lightexit.trace.report.latencies import PERCENTILES, Latencies
from lightexit.trace.report.values import Cost, HostAdvice, RegisterSummary, VmSummary

#: Files that cannot be read are listed up to these.
_MOST_REFUSED = 1000


def document(summary: Summary, refused: Sequence[AuthorError]) -> dict[str, Any]:
    """What `lightexit report --json` prints."""
    return {
        "schema": REPORT,
        "files": summary.files,
        "refused": [error.found for error in refused[:_MOST_REFUSED]],
        "refused_files": len(refused),
        "lost": summary.lost,
        "first_ns": summary.first_ns,
        "last_ns": summary.last_ns,
        **_cost(summary.cost),
        "answers": _answers(summary.answers, summary.latencies),
        "vm_count": summary.vm_count,
        "vms": [_vm(vm) for vm in summary.vms],
        "other_vms": _cost(summary.other_vms),
        "register_count": summary.register_count,
        "registers": [_register(register) for register in summary.registers],
        "other_registers": _cost(summary.other_registers),
        "bins": {
            "first_ns": summary.bins.first_ns,
            "width_ns": summary.bins.width_ns,
            "accesses": {answer: [*counts] for answer, counts in summary.bins.counts.items()},
        },
        "advice": [_advice(each) for each in summary.advice],
    }


def _cost(cost: Cost) -> dict[str, int]:
    return {"accesses": cost.accesses, "timed": cost.timed, "timed_ns": cost.ns}


def _percentiles(latencies: Latencies) -> dict[str, float] | None:
    if not latencies.timed:
        return None
    return {f"p{p}": round(latencies.percentile(p) or 0, 1) for p in PERCENTILES}


def _answers(
    answers: Mapping[str, Cost], latencies: Mapping[str, Latencies] | None = None
) -> list[dict[str, Any]]:
    rows = []
    for answer, cost in answers.items():
        row: dict[str, Any] = {"answer": answer, **_cost(cost)}
        if latencies is not None:
            row["ns"] = _percentiles(latencies.get(answer, Latencies()))
        rows.append(row)
    return rows


def _vm(vm: VmSummary) -> dict[str, Any]:
    own = {name: getattr(vm, name) for name in ("host", "vm", "vmm", "machine", "pid")}
    times = {"first_ns": vm.first_ns, "last_ns": vm.last_ns}
    return own | times | _cost(vm.cost) | {"answers": _answers(vm.answers)}


def _register(register: RegisterSummary) -> dict[str, Any]:
    return {
        **asdict(register.name),
        "space": register.space,
        "address": register.address,
        "write": register.is_write,
        **_cost(register.cost),
        "ns": _percentiles(register.latencies),
        "answers": _answers(register.answers),
    }


def _advice(each: HostAdvice) -> dict[str, Any]:
    advice = each.advice
    return {
        "rule": advice.rule,
        "host": each.host,
        "vm": advice.vm.name,
        "pid": advice.vm.pid,
        "text": advice.text,
        "evidence": advice.evidence,
        "page": advice.page,
    }
