# SPDX-License-Identifier: Apache-2.0
"""Debian's Prometheus scrapes an exporter and is asked by its HTTP interface."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lightexit.trace.metrics.series import SERIES
from monitoring.dashboard import queries
from monitoring.prometheus import Prometheus, exporter, prometheus, tool, until
from stock_qemu import PM_TIMER, needs_qemu, qemu, reading, why_no_qemu

#: Of panels that are empty as long as no VM is KubeVirt's.
_EMPTY = {"KubeVirt A"}
VMS, REGISTERS = 20, 60


SCRIPTED = ("-m", "monitoring.scripted", "127.0.0.1:0", str(VMS), str(REGISTERS))
REAL = ("-m", "monitoring.real", "127.0.0.1:0")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """One that asks an exporter of made-up counts and, where probes may be loaded, one of those."""
    tool("prometheus")
    with ExitStack() as stack:
        targets = {"lightexit": stack.enter_context(exporter(sys.executable, *SCRIPTED))}
        if not why_no_qemu():
            targets["probes"] = stack.enter_context(exporter(sys.executable, *REAL))
        folder = tmp_path_factory.mktemp("prometheus")
        running = stack.enter_context(prometheus(targets, folder))
        running.wait('count_over_time(lightexit_vm_accesses_total{device="pm"}[2s]) >= 5')
        yield running


def test_the_rate_of_a_register_by_its_name(server: Prometheus) -> None:
    found = server.wait(
        'rate(lightexit_vm_accesses_total{vm="vm-1", register="PM_TMR", answered="user"}[2s])'
    )
    ((labels, rate),) = found
    assert labels["device"] == "pm"
    assert labels["direction"] == "read"
    assert labels["pid"] == "1"
    assert rate == pytest.approx(1000, rel=0.25)  # the clocks of two processes under load


def test_the_time_of_an_access(server: Prometheus) -> None:
    seconds = 'lightexit_vm_access_seconds_total{device="pm"}'
    accesses = 'lightexit_vm_accesses_total{device="pm"}'
    of_all = f"rate({seconds}[2s]) / rate({accesses}[2s])"
    server.wait(f"count({of_all} > 0) == {VMS}")
    assert [each for _, each in server.ask(of_all)] == pytest.approx([20e-6] * VMS)


def test_no_vm_has_more_series_than_it_may(server: Prometheus) -> None:
    found = server.ask(
        'count by (vm) ({__name__=~"lightexit_.*", job="lightexit", vm!="", device!="other"})'
    )
    assert [count for _, count in found] == [SERIES] * VMS
    others = server.ask(
        'count by (vm) ({__name__=~"lightexit_.*", job="lightexit", vm!="", device="other"})'
    )
    assert [count for _, count in others] == [2] * VMS


def test_all_accesses_are_in_some_series(server: Prometheus) -> None:
    found = server.wait('sum(rate(lightexit_vm_accesses_total{job="lightexit"}[2s]))')
    assert found[0][1] == pytest.approx(VMS * (1000 + 500 * (REGISTERS - 1)), rel=0.25)


@pytest.mark.parametrize("panel", sorted(queries()))
def test_the_queries_of_the_dashboard_have_answers(server: Prometheus, panel: str) -> None:
    query = queries(rate_interval="2s")[panel]
    if panel in _EMPTY:
        assert server.ask(query) == []
    else:
        assert all(math.isfinite(value) for _, value in server.wait(query))


def test_the_rules_are_evaluated(server: Prometheus) -> None:
    groups = server.get("/api/v1/rules")["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len(rules) == 7
    assert {rule["health"] for rule in rules} <= {"ok", "unknown"}
    assert len(server.wait('vm:lightexit_vm_accesses:rate5m{vm=~"vm-.*"}')) == VMS


def test_the_targets_are_up(server: Prometheus) -> None:
    targets = {target["labels"]["job"] for target in server.get("/api/v1/targets")["activeTargets"]}
    assert targets >= {"lightexit"}
    until(lambda: {labels["job"] for labels, up in server.ask("up") if up} == targets, "all are up")


def test_the_exporter_is_small(server: Prometheus) -> None:
    ((_, resident),) = server.ask('process_resident_memory_bytes{job="lightexit"}')
    print(f"{resident / 1e6:.0f} MB")
    assert resident < 100e6


# Of VMs that run


@needs_qemu
def test_a_guest_that_reads_the_pm_timer(server: Prometheus, tmp_path: Path) -> None:
    """Prometheus names the VM, the register and who answers; and the VM's end is seen."""
    with qemu(tmp_path, reading(PM_TIMER, 0xFFFF_FFFF), "-name", "guest=win10") as guest:
        timer = f'{{job="probes", pid="{guest.pid}", register="PM_TMR"}}'
        ((labels, rate),) = server.wait(f"rate(lightexit_vm_accesses_total{timer}[2s]) > 0")
        assert labels["vm"] == "win10"
        assert (labels["device"], labels["space"]) == ("pm", "pio")
        assert (labels["direction"], labels["answered"]) == ("read", "user")
        ((_, seconds),) = server.wait(f"rate(lightexit_vm_access_seconds_total{timer}[2s]) > 0")
        assert 1e-6 < seconds / rate < 1e-2
        assert server.ask('lightexit_watched_vms{job="probes"}') != []
    server.wait(f'rate(lightexit_vm_accesses_total{{pid="{guest.pid}", device="pm"}}[2s]) == 0')


@needs_qemu
@pytest.mark.long
def test_20_vms(server: Prometheus, tmp_path: Path) -> None:
    reads = 2000
    with ExitStack() as stack:
        for number in range(20):
            folder = tmp_path / str(number)
            folder.mkdir()
            name = ("-name", f"guest=many-{number}")
            stack.enter_context(qemu(folder, reading(PM_TIMER, reads), *name))
        found = server.wait(
            'count(sum by (vm) (lightexit_vm_accesses_total{vm=~"many-.*", answered="user"})'
            f" >= {reads}) == 20"
        )
        assert found[0][1] == 20
        series = server.ask('count by (vm) ({__name__=~"lightexit_.*", vm=~"many-.*"})')
        assert len(series) == 20
