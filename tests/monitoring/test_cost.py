# SPDX-License-Identifier: Apache-2.0
"""What 20 VMs with all their series cost: a scrape, a reading, memory."""

from __future__ import annotations

import time
import urllib.request
from contextlib import closing

import pytest

from lightexit.abi import Space
from lightexit.trace.access import Answer
from lightexit.trace.metrics import ListenAddress, MetricsServer
from lightexit.trace.metrics.series import SERIES
from lightexit.trace.metrics.totals import MOST_NAMES
from lightexit.trace.vms import Vm
from monitoring.scripted import FIRST_PORT, Script, key

VMS, PORTS = 20, 1000
PIDS = range(100, 100 + VMS)


@pytest.fixture(scope="module")
def full() -> Script:
    """20 VMs that have all their series, and accesses to 40,000 registers more."""
    script = Script()
    script.vms.update({pid: Vm(pid, f"vm-{pid}", "qemu") for pid in PIDS})
    script.make_busy(*(key(pid, n, Space.MSR, Answer.USER) for pid in PIDS for n in range(30)))
    touch_all(script)
    return script


def touch_all(script: Script) -> None:
    for pid in PIDS:
        for port in range(FIRST_PORT, FIRST_PORT + PORTS):
            script.access(key(pid, port))


def test_a_scrape(full: Script) -> None:
    full.tell(after_s=1)
    took = []
    with closing(MetricsServer(ListenAddress("127.0.0.1", 0))) as server:
        server.start(full.metrics)
        for _ in range(5):
            began = time.perf_counter()
            with urllib.request.urlopen(f"http://{server.address}/metrics", timeout=10) as answer:
                text = answer.read().decode()
            took.append(time.perf_counter() - began)
    lines = [line for line in text.splitlines() if 'vm="vm-' in line]
    print(f"{len(lines):,} series, {len(text):,} bytes, {min(took) * 1e3:.1f} ms")
    assert len(lines) == VMS * (SERIES + 2)
    assert len(text) < 200_000
    assert min(took) < 0.5


def test_a_reading(full: Script) -> None:
    touch_all(full)
    before = full.metrics.counts
    began = time.perf_counter()
    full.tell(after_s=1)
    took = time.perf_counter() - began
    changed = sum(count != before.accesses.get(k) for k, count in full.accesses.items())
    print(f"{took * 1e6 / changed:.1f} us for each of {changed:,} registers that changed")
    assert took / changed < 100e-6


def test_names_that_are_kept_are_bounded(full: Script) -> None:
    for start in range(0, 6_000, PORTS):
        for port in range(start, start + PORTS):
            full.access(key(PIDS[0], port, answer=Answer.KVM))
        full.tell(after_s=1)
    (probed,) = [each for each in full.metrics.watched() if each.pid == str(PIDS[0])]
    assert len(probed.names) <= MOST_NAMES
