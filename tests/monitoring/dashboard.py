# SPDX-License-Identifier: Apache-2.0
"""What the dashboard and the rules ask Prometheus for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

MONITORING = Path(__file__).resolve().parents[2] / "monitoring"
RULES = MONITORING / "prometheus/rules.yml"
DASHBOARD = MONITORING / "grafana/lightexit.json"


def dashboard() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DASHBOARD.read_text())
    return found


def queries(rate_interval: str = "5m") -> dict[str, str]:
    """Every query by its panel's title, with Grafana's variables filled in."""
    return {
        f"{panel['title']} {target['refId']}": re.sub(
            r"\$(instance|vm)\b", ".*", target["expr"].replace("$__rate_interval", rate_interval)
        )
        for panel in dashboard()["panels"]
        for target in panel["targets"]
    }


def metrics_named(text: str) -> set[str]:
    """The metrics of lightexit, and of its process, that a text names."""
    return set(re.findall(r"(?<![\w:])(?:lightexit_\w+|process_\w+_\w+)", text))
