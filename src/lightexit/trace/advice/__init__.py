# SPDX-License-Identifier: Apache-2.0
"""Advice: what a VM's accesses say is wrong with how it was set up, and what to do.

`rules.py` is the table of rules. Each has a section in docs/advice.md, which `pages.py` finds in an
installed lightexit, too.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lightexit.shown import one_line
from lightexit.trace.advice.rules import RULES, Rule
from lightexit.trace.advice.seen import Seen, by_vm
from lightexit.trace.rates import Rates
from lightexit.trace.vms import Vm, Vms

#: Seconds at a stretch for which a rule has to apply before `Advisor` says so: the start of a
#: guest does much of what rules are about, for less than that.
STEADY_S = 3.0


@dataclass(frozen=True, slots=True)
class Advice:
    """One rule that applies to one VM.

    `text` says what is wrong and what to do, `evidence` has the figures of this interval, and
    `page` is the rule's section: "docs/advice.md#hpet-pulses". What is in `vm` is not ours: it is
    to be made safe where it is shown.
    """

    rule: str
    vm: Vm
    text: str
    evidence: str
    page: str

    def to_json(self) -> dict[str, str | int]:
        """All of it as values that `json` can write."""
        return {
            "rule": self.rule,
            "vm": self.vm.name,
            "pid": self.vm.pid,
            "text": self.text,
            "evidence": self.evidence,
            "page": self.page,
        }


def advise(rates: Rates, vms: Vms | None = None) -> list[Advice]:
    """What applies to this interval, in the order of the table, VM by VM.

    It judges the interval alone: a guest that starts may be told of, too (see `Advisor`). `vms`
    knows the VMs that appear by their interrupts alone; without it, this host's processes do.
    """
    if rates.seconds <= 0:
        return []
    return [
        advice
        for seen in by_vm(rates, vms or Vms())
        for rule in RULES
        if (advice := _applied(rule, seen))
    ]


def _applied(rule: Rule, seen: Seen) -> Advice | None:
    finding = rule.look(seen, rule.per_second)
    if finding is None:
        return None
    cure = finding.cure or rule.cures.get(seen.vm.vmm) or rule.cures[""]
    text = f"{rule.what} {cure}"
    if finding.filters:
        text += f" lightexit has a filter for it: {', '.join(finding.filters)}."
    return Advice(rule.name, seen.vm, text, finding.evidence, rule.page)


class Advisor:
    """Advice on an interval after the other: only what has applied for STEADY_S at a stretch."""

    def __init__(self, steady_s: float = STEADY_S, vms: Vms | None = None) -> None:
        self._steady_s, self._vms = steady_s, vms or Vms()
        self._since: dict[tuple[str, int], float] = {}

    def update(self, rates: Rates) -> list[Advice]:
        """What has applied for long enough, with the figures of this interval."""
        found = {(advice.rule, advice.vm.pid): advice for advice in advise(rates, self._vms)}
        self._since = {key: self._since.get(key, 0.0) + rates.seconds for key in found}
        # Intervals are measured: three of a second may be a little less than three seconds.
        least = 0.95 * self._steady_s
        return [advice for key, advice in found.items() if self._since[key] >= least]


def advise_all(intervals: Iterable[Rates], steady_s: float = STEADY_S) -> list[Advice]:
    """Advice on a recording, whole or cut into intervals of a second or so: what has applied for
    `steady_s` at a stretch anywhere in it, once for a VM, with the figures of the last such
    interval. One of less than `steady_s` gives none."""
    advisor = Advisor(steady_s)
    found: dict[tuple[str, int], Advice] = {}
    for rates in intervals:
        found |= {(advice.rule, advice.vm.pid): advice for advice in advisor.update(rates)}
    return list(found.values())


def advice_lines(advices: Sequence[Advice], width: int = 100) -> list[str]:
    """Advice as plain lines of at most `width` characters, safe for a terminal."""
    lines = []
    for advice in advices:
        name = one_line(advice.vm.name, 40)
        lines += textwrap.wrap(f"{name} (process {advice.vm.pid}): {advice.text}", width)
        for more in (
            f"Seen: {one_line(advice.evidence)}.",
            f"More: lightexit advice {advice.rule}",
        ):
            lines += textwrap.wrap(more, width, initial_indent="  ", subsequent_indent="  ")
    return lines


__all__ = ["STEADY_S", "Advice", "Advisor", "advice_lines", "advise", "advise_all"]
