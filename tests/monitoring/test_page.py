# SPDX-License-Identifier: Apache-2.0
"""docs/monitoring.md says what is exported, and by what rules."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from documents.blocks import blocks
from lightexit.trace.metrics import series, totals
from lightexit.trace.metrics.exposition import COUNTERS, GAUGES
from monitoring.dashboard import MONITORING, RULES
from monitoring.test_rules import promtool

PAGE = MONITORING.parent / "docs/monitoring.md"
TEXT = PAGE.read_text()


def test_its_table_has_every_metric_with_its_labels() -> None:
    rows = dict(re.findall(r"^\| `(lightexit_\w+)` \| (.*?) \|", TEXT, re.MULTILINE))
    labels = {f"{name}_total": labels for name, (_, labels) in COUNTERS.items()}
    labels |= {name: labels for name, (_, labels) in GAUGES.items()}
    assert rows.keys() == labels.keys()
    for name, cell in rows.items():
        if cell != "the same":
            assert tuple(re.findall(r"`(\w+)`", cell)) == labels[name]


@pytest.mark.parametrize(
    "said",
    [
        f"A VM has {series.SERIES} series. {series.FIXED} are there whatever",
        f"Half of these {series.FOR_REGISTERS} are kept",
        f"A period is {series.PERIOD_S:.0f} s; busy is {series.BUSY_PER_S} accesses a\n  second",
        f"The {totals.MOST_VMS + 1:,}st VM",
        f"at most {totals.LABEL} characters",
    ],
)
def test_its_figures_are_those_of_the_code(said: str) -> None:
    assert said in TEXT
    assert series.FOR_UNNAMED * 2 == series.FOR_REGISTERS
    assert totals.GRACE_S == 120


def test_its_table_has_every_alert() -> None:
    named = re.findall(r"^\| `(Lightexit\w+)` \|", TEXT, re.MULTILINE)
    assert named == re.findall(r"- alert: (\w+)", RULES.read_text())


def test_promtool_takes_its_queries(tmp_path: Path) -> None:
    text = "\n\n".join(each.text for each in blocks(PAGE) if each.language == "promql")
    queries = [re.sub(r"^#.*\n", "", each).replace("\n", " ") for each in text.split("\n\n")]
    rules = [{"record": f"q{n}", "expr": query} for n, query in enumerate(queries)]
    file = tmp_path / "rules.yml"
    file.write_text(json.dumps({"groups": [{"name": "page", "rules": rules}]}))
    status, said = promtool("check", "rules", str(file))
    assert (status, "4 rules found" in said) == (0, True), said
