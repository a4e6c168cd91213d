# SPDX-License-Identifier: Apache-2.0
"""What recordings say, as a terminal shows it."""

from __future__ import annotations

from collections.abc import Mapping

from lightexit.cli.table import print_columns, terminal_width
from lightexit.trace.advice import advice_lines
from lightexit.trace.report import Summary, words
from lightexit.trace.report.values import Cost, RegisterSummary, VmSummary, with_filter

#: Rows of a table; the page and the JSON document have more.
REGISTERS, VMS = 20, 10
#: Columns that a narrow terminal does without, first of all the first.
_LEAST = ("90 %", "share", "place", "in all", "timed", "by nobody", "50 %", "a second", "host")
_WIDEST = 100


def print_summary(summary: Summary) -> None:
    """All of it, table by table."""
    for line in _head(summary):
        print(line)
    if summary.cost.accesses:
        print()
        _print_answers(summary)
        print()
        _print_registers(summary)
        if summary.vm_count > 1:
            print()
            _print_vms(summary)
        _print_filters(summary)
    _print_advice(summary)


def _head(summary: Summary) -> list[str]:
    cost, vms, files = summary.cost, summary.vm_count, summary.files
    if not cost.accesses:
        return [f"no access in {files:,} file{'s' * (files != 1)}", *_lost(summary)]
    whose = words.vm_title(summary.vms[0]) if vms == 1 else f"{vms:,} VMs"
    per_second = words.rate(cost.accesses, summary.seconds)
    return [
        f"{whose}: {cost.accesses:,} accesses in {words.duration(summary.seconds * 1e9)}"
        + (f", {per_second} a second" if per_second else "")
        + f"; {files:,} file{'s' * (files != 1)}",
        f"{words.moment(summary.first_ns)} to {words.moment(summary.last_ns)}",
        *_lost(summary),
    ]


def _lost(summary: Summary) -> list[str]:
    if not summary.lost:
        return []
    return [f"{summary.lost:,} more accesses were lost while they were recorded: in no figure here"]


def _print_answers(summary: Summary) -> None:
    rows = []
    for answer, title in words.ANSWERS.items():
        if answer in summary.answers:
            cost, times = summary.answers[answer], summary.latencies.get(answer)
            percents = [times.percentile(p) if times else None for p in (50, 90, 99)]
            rows.append([title, *_cells(cost, summary.cost), *map(words.duration, percents)])
    print_columns(("answered", *_COST, "50 %", "90 %", "99 %"), rows, _LEAST)


_COST = ("accesses", "share", "timed", "in all", "mean")


def _cells(cost: Cost, whole: Cost) -> list[str]:
    return [
        words.count(cost.accesses),
        words.percent(cost.accesses, whole.accesses),
        words.count(cost.timed) if cost.timed else "",
        _measured(cost),
        words.duration(cost.ns_each),
    ]


def _shares(answers: Mapping[str, Cost], every: Mapping[str, Cost]) -> list[str]:
    return [words.count(answers[a].accesses) if a in answers else "" for a in _order(every)]


def _order(every: Mapping[str, Cost]) -> list[str]:
    return [answer for answer in words.ANSWERS if answer in every]


def _print_registers(summary: Summary) -> None:
    titles = [words.ANSWERS[answer] for answer in _order(summary.answers)]
    rows = [_register(each, summary) for each in summary.registers[:REGISTERS]]
    rest = summary.cost - sum((each.cost for each in summary.registers[:REGISTERS]), Cost())
    if rest.accesses:
        number = f"{summary.register_count - len(rows):,} others"
        share = words.percent(rest.accesses, summary.cost.accesses)
        rows.append([number, "", words.count(rest.accesses), share, *_blank(len(titles) + 3)])
    names = ("register", "place", "accesses", "share", *titles, "50 %", "90 %", "99 %")
    print_columns(names, rows, _LEAST)


def _register(each: RegisterSummary, summary: Summary) -> list[str]:
    times = [each.latencies.percentile(p) for p in (50, 90, 99)]
    return [
        words.title(each),
        words.place(each),
        words.count(each.cost.accesses),
        words.percent(each.cost.accesses, summary.cost.accesses),
        *_shares(each.answers, summary.answers),
        *map(words.duration, times),
    ]


def _blank(columns: int) -> list[str]:
    return [""] * columns


def _print_vms(summary: Summary) -> None:
    titles = [words.ANSWERS[answer] for answer in _order(summary.answers)]
    rows = [_vm(vm, summary) for vm in summary.vms[:VMS]]
    rest = summary.cost - sum((vm.cost for vm in summary.vms[:VMS]), Cost())
    if rest.accesses:
        number = f"{summary.vm_count - len(rows):,} others"
        rows.append([number, "", words.count(rest.accesses), *_blank(len(titles) + 2)])
    print_columns(("VM", "host", "accesses", "a second", *titles, "in all"), rows, _LEAST)


def _vm(vm: VmSummary, summary: Summary) -> list[str]:
    return [
        f"{words.short(vm.vm, 40)} ({words.short(vm.vmm, 20)})",
        words.short(vm.host, 30),
        words.count(vm.cost.accesses),
        words.rate(vm.cost.accesses, vm.seconds),
        *_shares(vm.answers, summary.answers),
        _measured(vm.cost),
    ]


def _measured(cost: Cost) -> str:
    return words.duration(cost.ns) if cost.timed else ""


def _print_filters(summary: Summary) -> None:
    some = with_filter(summary)[:REGISTERS]
    if not some:
        return
    print("\nRegisters that lightexit has a filter for, answered by something else:")
    names = ("register", "filter", "accesses", "timed", "in all", "mean")
    print_columns(names, map(_filtered, some), _LEAST)
    print("Times are as measured. What they would be with the filter: lightexit bench host.")


def _filtered(each: RegisterSummary) -> list[str]:
    heavy = each.heavy
    counts = (words.count(number) for number in (heavy.accesses, heavy.timed))
    mean = words.duration(heavy.ns_each)
    return [words.title(each), each.name.filter, *counts, _measured(heavy), mean]


def _print_advice(summary: Summary) -> None:
    if not summary.advice:
        return
    width = min(terminal_width() or _WIDEST, _WIDEST)
    print("\nAdvice:")
    hosts = {each.host for each in summary.advice}
    for host in sorted(hosts):
        if len(hosts) > 1:
            print(f"on {words.short(host)}")
        of_host = [each.advice for each in summary.advice if each.host == host]
        print("\n".join(advice_lines(of_host, width)))
