# SPDX-License-Identifier: Apache-2.0
"""What is asked of a machine while it runs, and what becomes of the limits of its run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor

import pytest

from lightexit.bus.clock import HostClock
from lightexit.cli.control import Control
from lightexit.cli.registers import device_lines, devices_lines
from lightexit.errors import AuthorError
from lightexit.vm.machine import Machine, Outcome, RunEnd, RunLimits
from lightexit.vm.pc import PcConfig, pc_machine

#: l: in al, 0x92; jmp l
READS = bytes.fromhex("e492 ebfc")


@pytest.fixture
def machine() -> Iterator[Machine]:
    """A guest that reads a port for ever."""
    with pc_machine(PcConfig(kernel=READS), HostClock()) as made:
        yield made


def run(control: Control, limits: RunLimits, meanwhile: Callable[[], object]) -> Outcome:
    """A run, with something else on another thread; what that raises is raised."""
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(meanwhile)
        try:
            outcome = control.run(limits)
        finally:
            control.close()
        other.result()
    return outcome


def test_work_is_done_between_slices_and_the_limits_are_of_the_whole(machine: Machine) -> None:
    control, threads = Control(machine, lambda: False), set[str]()

    def work() -> str:
        threads.add(threading.current_thread().name)
        return "done"

    def ask() -> None:
        for _ in range(50):
            assert control.ask(work) == "done"

    outcome = run(control, RunLimits(accesses=20_000), ask)
    assert (outcome.reason, outcome.accesses) == (RunEnd.ACCESSES, 20_000)
    assert threads == {threading.current_thread().name}


def test_an_error_is_of_who_asked(machine: Machine) -> None:
    control = Control(machine, lambda: False)

    def fail() -> str:
        raise AuthorError("no")

    def ask() -> None:
        with pytest.raises(AuthorError, match="no"):
            control.ask(fail)
        control.end()

    outcome = run(control, RunLimits(seconds=30), ask)
    assert (outcome.reason, outcome.detail) == (RunEnd.REQUEST, "by its user")


def test_a_bug_ends_the_run(machine: Machine) -> None:
    control = Control(machine, lambda: False)

    def ask() -> None:
        with pytest.raises(CancelledError):
            control.ask(lambda: str(1 // 0))

    with pytest.raises(ZeroDivisionError):
        run(control, RunLimits(seconds=30), ask)
    with pytest.raises(CancelledError):
        control.ask(lambda: "too late")


def test_a_pause_lasts_until_it_is_over(machine: Machine) -> None:
    control = Control(machine, lambda: False)

    def pause() -> str:
        control.is_paused = True
        return str(machine.clock.now_ns())

    def resume() -> str:
        control.is_paused = False
        return str(machine.clock.now_ns())

    def ask() -> None:
        paused = control.ask(pause)
        threading.Event().wait(0.2)
        assert control.ask(resume) == paused
        control.ask(pause)
        control.end()

    assert run(control, RunLimits(seconds=30), ask).reason is RunEnd.REQUEST


def test_a_pause_gives_way_to_any_other_end(machine: Machine) -> None:
    machine.stop(RunEnd.PAUSE)
    machine.stop(RunEnd.RESET, "for a test")
    machine.stop(RunEnd.PAUSE)
    outcome = machine.run()
    assert (outcome.reason, outcome.detail) == (RunEnd.RESET, "for a test")


# What is shown of devices


def test_every_device_is_shown_in_few_plain_lines(machine: Machine) -> None:
    assert len(devices_lines(machine)) == len(machine.devices) + 1
    for device in machine.devices:
        before = bytes(device.memory.state)
        lines = device_lines(machine, device.name)
        assert len(lines) <= 201
        assert all(len(line) <= 100 and line.isprintable() for line in lines)
        assert bytes(device.memory.state) == before
