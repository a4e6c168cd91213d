# SPDX-License-Identifier: Apache-2.0
"""`lightexit advice`."""

from __future__ import annotations

from cli.forked import lightexit, refusal
from lightexit.trace.advice.rules import RULES


def test_lists_the_rules() -> None:
    lines = lightexit("advice").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [rule.name for rule in RULES]


def test_prints_a_page() -> None:
    result = lightexit("advice", "hpet-clock")
    assert result.returncode == 0
    assert result.stdout.startswith("## hpet-clock\n\n**Seen.** ")
    assert "the same as pm-timer, only dearer" in result.stdout.replace("\n", " ")
    assert "](#" not in result.stdout


def test_a_rule_that_is_not_there() -> None:
    assert refusal("advice", "hpet-clocks") == (
        "lightexit: there is no rule 'hpet-clocks'\n"
        f"  expected: one of: {', '.join(rule.name for rule in RULES)}\n"
        "  try: hpet-clock\n"
    )
