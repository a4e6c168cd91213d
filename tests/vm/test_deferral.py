# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C while a machine runs, at any line of Python: the run ends, the machine is consistent."""

from __future__ import annotations

import gc
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

from lightexit.bus.clock import HostClock
from lightexit.engine.native import NativeEngine
from lightexit.errors import HostError
from lightexit.vm import deferral
from lightexit.vm.backends import find
from lightexit.vm.deferral import DeferredInterrupt
from lightexit.vm.machine import Machine, Outcome, RunEnd, RunLimits
from lightexit.vm.memory import MIB
from lightexit.vm.pc import PcConfig, pc_machine

#: out 0x80, al; in al, 0x40; jmp
POLL = bytes.fromhex("e680 e440 ebfa")
#: Of the lines that are run till the guest is, and then from time to time.
LINES = range(3, 600, 37)
#: A second Ctrl-C comes so many lines after the first.
AGAIN = 5


def arriving_at(first: int, number: int) -> Callable[..., Any]:
    """A trace function by which a signal comes at two lines, counted from its first."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Callable[..., Any]:
        nonlocal count
        count += event == "line"
        if event == "line" and count in (first, first + AGAIN):
            signal.raise_signal(number)
        return trace

    return trace


def run_with_signal_at(machine: Machine, first: int, number: int) -> Outcome:
    sys.settrace(arriving_at(first, number))
    try:
        return machine.run(RunLimits(seconds=20))
    finally:
        sys.settrace(None)


def built(back_end: str, cpus: int) -> Machine:
    config = PcConfig(ram_bytes=2 * MIB, kernel=POLL, cpus=cpus)
    try:
        return pc_machine(config, HostClock(), NativeEngine(), backend=find(back_end))
    except HostError as error:
        pytest.skip(error.found)


on_every_machine = pytest.mark.parametrize(
    ("back_end", "cpus"), [("unicorn", 1), ("kvm", 1), ("kvm", 3)]
)


@pytest.fixture(autouse=True)
def ctrl_c_as_usual() -> Iterator[None]:
    """Default SIGINT, as in a process of a terminal: a shell's `&` makes processes ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(autouse=True)
def no_callbacks_of_the_collector() -> Iterator[None]:
    """Python drops what is raised in one, a KeyboardInterrupt as well; hypothesis has one."""
    before = gc.callbacks[:]
    gc.callbacks.clear()
    yield
    gc.callbacks[:] = before


@on_every_machine
def test_ctrl_c_at_any_line(monkeypatch: pytest.MonkeyPatch, back_end: str, cpus: int) -> None:
    monkeypatch.setattr(deferral, "PATIENCE_S", 60)
    machine = built(back_end, cpus)
    threads = threading.active_count()
    with machine:
        for first in LINES:
            with pytest.raises(KeyboardInterrupt):
                run_with_signal_at(machine, first, signal.SIGINT)
            assert threading.active_count() == threads
            assert not any(device.memory.header.version % 2 for device in machine.bus._ports)
            assert machine.run(RunLimits(seconds=0.005)).reason is RunEnd.TIME


@on_every_machine
def test_a_handler_may_stop_the_machine_at_any_line(back_end: str, cpus: int) -> None:
    """One of another signal, which is not deferred."""
    machine = built(back_end, cpus)
    before = signal.signal(signal.SIGTERM, lambda number, frame: machine.stop())
    try:
        for first in LINES:
            outcome = run_with_signal_at(machine, first, signal.SIGTERM)
            assert outcome.reason is RunEnd.REQUEST
            assert outcome.seconds < 10
    finally:
        signal.signal(signal.SIGTERM, before)


def test_the_handler_is_called_at_the_next_check() -> None:
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    try:
        with DeferredInterrupt() as interrupt:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
            assert came == []
            interrupt.check()
            assert came == [signal.SIGINT]
            interrupt.check()
            assert came == [signal.SIGINT]
            signal.raise_signal(signal.SIGINT)
        assert came == [signal.SIGINT] * 2
        signal.raise_signal(signal.SIGINT)
        assert came == [signal.SIGINT] * 3
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_second_ctrl_c_after_a_second_interrupts_any_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(deferral, "PATIENCE_S", 0)
    with DeferredInterrupt():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_an_ignored_sigint_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with DeferredInterrupt():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_install_no_handlers() -> None:
    def enter() -> None:
        with DeferredInterrupt() as interrupt:
            interrupt.check()

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGINT) is before


def test_a_handler_that_only_takes_note_is_called_at_once() -> None:
    came: list[int] = []

    @deferral.at_once
    def note(number: int, frame: object) -> None:
        came.append(number)

    before = signal.signal(signal.SIGINT, note)
    try:
        with DeferredInterrupt() as interrupt:
            signal.raise_signal(signal.SIGINT)
            assert came == [signal.SIGINT]
            interrupt.check()
        assert came == [signal.SIGINT]
    finally:
        signal.signal(signal.SIGINT, before)
