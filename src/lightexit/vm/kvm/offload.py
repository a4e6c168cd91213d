# SPDX-License-Identifier: Apache-2.0
"""Filters inside KVM: each region's filter attached by the kernel module, where it may be (ADR 9).

machine = pc_machine(config, clock, KernelEngine(), backend=KvmBackend())
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lightexit.abi import DOORBELLS, Space, StateMemory
from lightexit.bus.clock import BusClock
from lightexit.bus.doorbell import eventfds
from lightexit.bus.model import RegionPort
from lightexit.bus.offload import Offloaded
from lightexit.engine.kernel import KernelEngine
from lightexit.errors import AuthorError, HostError
from lightexit.filter import Filter
from lightexit.verifier import Report
from lightexit.vm.kvm.attach import (
    AttachedProgram,
    Attachment,
    AttachRange,
    KernelModule,
    is_shared,
    require,
    shared,
)


class KernelOffload:
    """Attaches regions to one VM. Raises HostError where the host cannot do that."""

    def __init__(self, clock: BusClock, vm_fd: int) -> None:
        require()
        if clock.step_ns:
            raise HostError(
                "this clock steps with every access, but not with those that the kernel answers",
                expected="a HostClock, or a ManualClock that only `advance` moves",
                hint="another engine: native or interpreter",
            )
        self._module = KernelModule()
        self._vm_fd = vm_fd
        self._clock = clock
        self._engine = KernelEngine()

    def prepare(self, port: RegionPort, in_use: Callable[[StateMemory[Any]], bool]) -> None:
        """Make maps of a region's states, but for those that a vCPU may be changing."""
        found = _filter(port)
        for state in _states(found, port) if found else ():
            if not in_use(state):
                shared(state)

    def __call__(self, port: RegionPort) -> Offloaded | None:
        """Attach a region's filter; None where the kernel may not run it, or not now."""
        found = _filter(port)
        if found is None or not all(map(is_shared, _states(found, port))):
            return None
        try:
            return _InKernel(self._module.attach(self._window(port), self._answer(found, port)))
        except AuthorError:
            return None  # its verifier is another one: what it refuses runs in user space

    def _window(self, port: RegionPort) -> AttachRange:
        region = port.region
        place = (region.space, region.base, region.size, region.offset, region.register_width)
        return AttachRange(self._vm_fd, *place)

    def _answer(self, found: Filter[...], port: RegionPort) -> AttachedProgram:
        report = found.report
        doorbells = eventfds(port.model.doorbells)
        return AttachedProgram(
            self._engine.load(found.program),
            _states(found, port),
            writes_state=report.writes_state,
            answers_reads=bool(report.handled_reads),
            answers_writes=bool(report.handled_writes),
            clock=self._clock.memory if report.reads_clock else None,
            doorbells={number: eventfd.fd for number, eventfd in doorbells.items()},
        )


def _filter(port: RegionPort) -> Filter[...] | None:
    """A region's filter, if the kernel may run it: MSRs are on no bus of KVM's."""
    found = None if port.region.space is Space.MSR else port.region.filter
    return found if found is not None and repeatable(found.report, port) else None


def _states(found: Filter[...], port: RegionPort) -> tuple[StateMemory[Any], ...]:
    return port.states[: len(found.program.maps)]


def repeatable(report: Report, port: RegionPort) -> bool:
    """Whether all that the filter does is undone, or done, when the module has passed it on.

    The module carries out doorbells that are eventfds and passes whatever asks for more. Then
    user space does the access again: state that was written would be written twice.
    """
    return not report.writes_state or not _left_to_user_space(report, port)


def _left_to_user_space(report: Report, port: RegionPort) -> bool:
    silent = sum(1 << n for n in range(DOORBELLS) if n not in eventfds(port.model.doorbells))
    others = (bits for name, bits in report.actions.items() if name != "doorbells")
    return any(others) or bool(report.actions.get("doorbells", 0) & silent)


class _InKernel:
    """One attachment, as the bus sees it."""

    def __init__(self, attachment: Attachment) -> None:
        self._attachment = attachment
        self.close = attachment.close

    def counts(self) -> tuple[int, int]:
        statistics = self._attachment.statistics()
        return statistics.handled, statistics.passed
