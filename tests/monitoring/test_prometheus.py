# SPDX-License-Identifier: Apache-2.0
"""Debian's Prometheus scrapes an exporter and is asked by its HTTP interface."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from lightexit.trace.metrics.series import SERIES
from monitoring.dashboard import queries
from monitoring.prometheus import Prometheus, exporter, prometheus, tool

#: Of panels that are empty as long as no VM is KubeVirt's.
_EMPTY = {"KubeVirt A"}
VMS, REGISTERS = 20, 60


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    tool("prometheus")
    words = ("-m", "monitoring.scripted", "127.0.0.1:0", str(VMS), str(REGISTERS))
    with (
        exporter(*words) as target,
        prometheus(target, tmp_path_factory.mktemp("prometheus")) as running,
    ):
        running.wait('count_over_time(lightexit_vm_accesses_total{device="pm"}[2s]) >= 8')
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
    found = server.wait(f"rate({seconds}[2s]) / rate({accesses}[2s])")
    assert [each for _, each in found] == pytest.approx([20e-6] * VMS)


def test_no_vm_has_more_series_than_it_may(server: Prometheus) -> None:
    found = server.ask('count by (vm) ({__name__=~"lightexit_.*", vm!="", device!="other"})')
    assert [count for _, count in found] == [SERIES] * VMS
    others = server.ask('count by (vm) ({__name__=~"lightexit_.*", vm!="", device="other"})')
    assert [count for _, count in others] == [2] * VMS


def test_all_accesses_are_in_some_series(server: Prometheus) -> None:
    found = server.wait("sum(rate(lightexit_vm_accesses_total[2s]))")
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
    assert len(server.wait("vm:lightexit_vm_accesses:rate5m")) == VMS


def test_the_target_is_up(server: Prometheus) -> None:
    (target,) = server.get("/api/v1/targets")["activeTargets"]
    assert (target["health"], target["lastError"]) == ("up", "")


def test_the_exporter_is_small(server: Prometheus) -> None:
    ((_, resident),) = server.ask("process_resident_memory_bytes")
    print(f"{resident / 1e6:.0f} MB")
    assert resident < 100e6
