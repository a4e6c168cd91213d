# SPDX-License-Identifier: Apache-2.0
"""The metrics by name, as prometheus-client collects them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import lightexit
from lightexit.extras import optional
from lightexit.trace.metrics.series import SeriesName, SeriesTotal, VmSeries
from lightexit.trace.metrics.totals import Metrics, Watched, label, running

if TYPE_CHECKING:
    from prometheus_client.core import CounterMetricFamily, Metric
    from prometheus_client.registry import CollectorRegistry

_VM = ("vm", "pid")
_ACCESS = (*_VM, "space", "device", "register", "direction", "answered")
#: Counters: name without `_total`, help, labels.
COUNTERS = {
    "lightexit_vm_accesses": (
        "Accesses to registers of devices, and to MSRs. Registers that have no series of their own"
        ' are together those of device="other".',
        _ACCESS,
    ),
    "lightexit_vm_access_seconds": (
        "Time from the exits of these accesses to their answers, where it is measured.",
        _ACCESS,
    ),
    "lightexit_vm_apic_accesses": (
        "Accesses to registers of local APICs that KVM answered.",
        (*_VM, "register"),
    ),
    "lightexit_vm_line_changes": (
        "How often inputs of interrupt controllers were set.",
        _VM,
    ),
    "lightexit_vm_masked_line_changes": (
        "How often inputs of interrupt controllers were set while masked there.",
        _VM,
    ),
    "lightexit_lost_events": (
        "What is in no other metric: events on a CPU that ran a probe already (recursion), and"
        " accesses that found no room in the probes' tables (no_room).",
        ("reason",),
    ),
}
_VM_INFO = ("vm", "pid", "vmm", "namespace", "name")
#: Gauges: name, help, labels.
GAUGES = {
    "lightexit_vm_info": (
        "VMs that were seen, until some time after their end. namespace and name are KubeVirt's.",
        _VM_INFO,
    ),
    "lightexit_watched_vms": ("VMs that were seen and have not ended.", ()),
    "lightexit_sampled_one_in": (
        "One in that many accesses is looked at; counts are scaled up.",
        (),
    ),
    "lightexit_build_info": ("The version of lightexit that counts.", ("version",)),
}


class MetricsCollector:
    """What prometheus-client asks for the metrics."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def describe(self) -> Iterable[Metric]:
        """The metrics without values."""
        return _families().values()

    def collect(self) -> Iterable[Metric]:
        """The metrics as they are now."""
        families = _families()
        metrics = self._metrics
        with metrics.lock:
            for watched in metrics.watched():
                _add_vm(families, (label(watched.vm.name), watched.pid), watched.series)
                _add(families, "lightexit_vm_info", _info(watched), 1)
            if (rest := metrics.rest) is not None:
                _add_vm(families, ("other", ""), rest)
            lost = metrics.counts.lost
            _add(families, "lightexit_lost_events", ("recursion",), lost.recursive)
            _add(families, "lightexit_lost_events", ("no_room",), lost.no_room)
            watched_vms = sum(1 for _ in running(metrics.watched()))
            _add(families, "lightexit_watched_vms", (), watched_vms)
            _add(families, "lightexit_sampled_one_in", (), metrics.counts.sampled)
        _add(families, "lightexit_build_info", (lightexit.__version__,), 1)
        return families.values()


def check_installed() -> None:
    """Raises HostError where prometheus-client is missing."""
    with optional("--metrics"):
        import prometheus_client  # noqa: F401


def registry_of(metrics: Metrics) -> CollectorRegistry:
    """All that /metrics shows: these metrics, and the process's own use of CPU and memory."""
    from prometheus_client import CollectorRegistry, ProcessCollector

    registry = CollectorRegistry()
    registry.register(MetricsCollector(metrics))
    ProcessCollector(registry=registry)
    return registry


_Families = dict[str, "Metric"]


def _families() -> _Families:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    families: _Families = {}
    for name, (text, labels) in COUNTERS.items():
        families[name] = CounterMetricFamily(name, text, labels=labels)
    for name, (text, labels) in GAUGES.items():
        families[name] = GaugeMetricFamily(name, text, labels=labels)
    return families


def _add(families: _Families, name: str, labels: Iterable[str], value: float) -> None:
    family: CounterMetricFamily = families[name]  # type: ignore[assignment]  # or a gauge's
    family.add_metric(list(labels), value)


def _add_vm(families: _Families, vm: tuple[str, str], series: VmSeries) -> None:
    for labels, total in _accesses(series):
        _add(families, "lightexit_vm_accesses", (*vm, *labels), total.accesses)
        if total.is_timed:
            _add(families, "lightexit_vm_access_seconds", (*vm, *labels), total.seconds)
    for register, count in series.apic.items():
        _add(families, "lightexit_vm_apic_accesses", (*vm, register), count)
    _add(families, "lightexit_vm_line_changes", vm, series.line_changes)
    _add(families, "lightexit_vm_masked_line_changes", vm, series.masked)


def _accesses(series: VmSeries) -> Iterator[tuple[SeriesName, SeriesTotal]]:
    yield from series.own.items()
    for answered, total in series.other.items():
        yield SeriesName("", "other", "", "", answered), total


def _info(watched: Watched) -> tuple[str, ...]:
    vm = watched.vm
    found = (vm.vmm, vm.labels.get("namespace", ""), vm.labels.get("vmi", ""))
    return (label(vm.name), watched.pid, *(label(text) for text in found))
