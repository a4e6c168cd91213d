# SPDX-License-Identifier: Apache-2.0
"""Alerts, recorded rates and the dashboard: promtool takes them, and they name what there is."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from lightexit.trace.metrics.exposition import COUNTERS, GAUGES
from monitoring.dashboard import DASHBOARD, MONITORING, RULES, dashboard, metrics_named, queries
from monitoring.prometheus import tool

HERE = Path(__file__).parent
EXPORTED = {
    *(f"{name}_total" for name in COUNTERS),
    *GAUGES,
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
}


def promtool(*words: str) -> tuple[int, str]:
    done = subprocess.run([tool("promtool"), *words], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_promtool_takes_the_configuration_and_the_rules() -> None:
    status, said = promtool("check", "config", str(MONITORING / "prometheus/prometheus.yml"))
    assert status == 0, said


def test_alerts_and_rates_say_what_they_should(tmp_path: Path) -> None:
    test = tmp_path / "test.yml"
    by_kubevirt = json.dumps(queries()["KubeVirt A"])
    text = (HERE / "rules_test.yml").read_text().replace("KUBEVIRT", by_kubevirt)
    test.write_text(text.replace("RULES", str(RULES)))
    status, said = promtool("test", "rules", str(test))
    assert status == 0, said


def test_each_alert_is_tried() -> None:
    alerts = set(re.findall(r"- alert: (\w+)", RULES.read_text()))
    assert len(alerts) == 5
    tried = set(re.findall(r"alertname: (\w+)", (HERE / "rules_test.yml").read_text()))
    assert alerts == tried


def test_promtool_takes_every_query_of_the_dashboard(tmp_path: Path) -> None:
    rules = [{"record": f"q{n}", "expr": query} for n, query in enumerate(queries().values())]
    file = tmp_path / "rules.yml"
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    status, said = promtool("check", "rules", str(file))
    assert (status, f"{len(rules)} rules found" in said) == (0, True), said


@pytest.mark.parametrize("path", [DASHBOARD, RULES, HERE / "rules_test.yml"], ids=lambda p: p.name)
def test_every_metric_that_is_named_is_exported(path: Path) -> None:
    named = metrics_named(path.read_text())
    assert len(named) >= 4
    assert named - EXPORTED == set()


def test_every_metric_is_on_the_dashboard_but_the_version() -> None:
    named = metrics_named(DASHBOARD.read_text())
    assert EXPORTED - named <= {"process_resident_memory_bytes"}


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        grid = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(grid["x"], grid["x"] + grid["w"])
            for y in range(grid["y"], grid["y"] + grid["h"])
        }
        assert not cells & taken
        assert all(x < 24 for x, _ in cells)
        taken |= cells
    ids = [panel["id"] for panel in dashboard()["panels"]]
    assert len(ids) == len(set(ids))
