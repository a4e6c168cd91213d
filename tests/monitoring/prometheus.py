# SPDX-License-Identifier: Apache-2.0
"""Prometheus itself, scraping an exporter; skips where it is not installed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from monitoring.dashboard import RULES

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60
T = TypeVar("T")
_CONFIG = """
global: {{scrape_interval: 400ms, evaluation_interval: 400ms}}
rule_files: ["{rules}"]
scrape_configs:
"""
_JOB = """  - job_name: {job}
    static_configs: [{{targets: ["{target}"]}}]
"""


def tool(name: str) -> str:
    """Where a program is; skips the test without it."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}:{ROOT}"}


@contextmanager
def exporter(*words: str) -> Iterator[str]:
    """A process that prints where it listens; its address."""
    process = subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
        cwd=ROOT,
        start_new_session=True,  # what runs under strace ends with it
    )
    with process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


class Prometheus:
    """A running one, and what its HTTP interface answers."""

    def __init__(self, address: str) -> None:
        self._address = address

    def get(self, path: str, **parameters: str) -> Any:
        query = urllib.parse.urlencode(parameters)
        with urllib.request.urlopen(f"http://{self._address}{path}?{query}", timeout=10) as answer:
            return json.load(answer)["data"]

    def ask(self, query: str) -> list[tuple[dict[str, str], float]]:
        """Labels and values of an instant query."""
        found = self.get("/api/v1/query", query=query)["result"]
        return [(each["metric"], float(each["value"][1])) for each in found]

    def wait(self, query: str) -> list[tuple[dict[str, str], float]]:
        """As `ask`, once there is an answer that is not empty."""
        return until(lambda: self.ask(query), query)


def until(answer: Callable[[], T], what: str) -> T:
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        try:
            if found := answer():
                return found
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{what}: nothing in {PATIENCE_S} s")


@contextmanager
def prometheus(targets: dict[str, str], folder: Path) -> Iterator[Prometheus]:
    """One that scrapes targets, by job, with the rules that we ship."""
    address = f"127.0.0.1:{_free_port()}"
    config = folder / "prometheus.yml"
    jobs = (_JOB.format(job=job, target=target) for job, target in targets.items())
    config.write_text(_CONFIG.format(rules=RULES) + "".join(jobs))
    command = [
        tool("prometheus"),
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}",
        "--log.level=warn",
    ]
    with subprocess.Popen(command, stderr=(folder / "log").open("w")) as process:
        try:
            yield Prometheus(address)
        finally:
            process.kill()
