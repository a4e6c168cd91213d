# SPDX-License-Identifier: Apache-2.0
"""A machine of several vCPUs: whatever ends a run ends it for all of them, whatever they do."""

from __future__ import annotations

import gc
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from lightexit.abi import Space
from lightexit.engine.native import NativeEngine
from lightexit.errors import AuthorError, GuestError
from lightexit.vm.exits import Stopped
from lightexit.vm.kvm.cpu import KvmCpu
from lightexit.vm.machine import Machine, RunEnd, RunLimits
from vm.kvm import start
from vm.kvm.board import ENTRY, HALT, POLL, SOON_S, SPIN, board

BOTH = {
    "polling": (POLL, POLL),
    "spinning": (SPIN, SPIN),
    "halted": (HALT, HALT),
    "one halted": (HALT, POLL),
    "one never started": (POLL, ""),
}
both = pytest.mark.parametrize("codes", BOTH.values(), ids=BOTH)


@both
def test_a_stop_from_another_thread(codes: tuple[str, str]) -> None:
    machine, _ = board(*codes, engine=NativeEngine())
    for delay in (0.0, 0.001, 0.05):
        timer = threading.Timer(delay, machine.stop)
        timer.start()
        outcome = machine.run(RunLimits(seconds=20))
        assert outcome.reason is RunEnd.REQUEST
        assert outcome.seconds < SOON_S
        timer.join()


@both
def test_the_time_limit_ends_every_run(codes: tuple[str, str]) -> None:
    machine, tally = board(*codes, engine=NativeEngine())
    for _ in range(3):
        before = sum(tally.state.reads)
        outcome = machine.run(RunLimits(seconds=0.05))
        assert outcome.reason is RunEnd.TIME
        assert 0.05 <= outcome.seconds < SOON_S
        assert sum(tally.state.reads) - before == outcome.accesses
    assert POLL in codes or sum(tally.state.reads) == 0


def test_vm_time_stands_still_between_runs() -> None:
    machine, _ = board(SPIN, SPIN)
    machine.run(RunLimits(seconds=0.02))
    stopped = machine.clock.now_ns()
    time.sleep(0.03)
    assert machine.clock.now_ns() == stopped > 10_000_000


class Interrupted(Exception):  # noqa: N818 - what Ctrl-C raises is no error either
    """Raised by the handler."""


@pytest.fixture
def interruptible() -> Iterator[None]:
    def interrupt(number: int, frame: object) -> None:
        raise Interrupted

    # Python drops what is raised in a callback of the garbage collector.
    gc.collect()
    gc.disable()
    before = signal.signal(signal.SIGALRM, interrupt)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
    gc.enable()


@both
@pytest.mark.usefixtures("interruptible")
def test_a_signal_is_handled_and_the_machine_can_go_on(codes: tuple[str, str]) -> None:
    machine, _ = board(*codes, engine=NativeEngine())
    begin = time.monotonic()
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    with pytest.raises(Interrupted):
        machine.run(RunLimits(seconds=20))
    assert time.monotonic() - begin < SOON_S
    assert_idle(machine)
    assert machine.run(RunLimits(seconds=0.02)).reason is RunEnd.TIME


def assert_idle(machine: Machine) -> None:
    """No thread runs a vCPU: each lets itself be run here."""
    for cpu in machine.cpus:
        assert cpu.run() == Stopped()


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("late_s", [0, 0.01])
def test_a_signal_in_the_start_of_a_thread(
    monkeypatch: pytest.MonkeyPatch, which: int, late_s: float
) -> None:
    """A pool does not know of that thread, which begins all the same, maybe in the next run."""
    machine, _ = board(SPIN, SPIN)
    start_thread = threading.Thread.start

    def interrupted(thread: threading.Thread) -> None:
        if thread.name != f"vcpu_{which}":
            start_thread(thread)
            return
        monkeypatch.setattr(threading.Thread, "start", start_thread)
        threading.Timer(late_s, start_thread, [thread]).start()
        raise Interrupted

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(Interrupted):
        machine.run(RunLimits(seconds=20))
    assert_idle(machine)
    assert machine.run(RunLimits(seconds=0.1)).reason is RunEnd.TIME


@pytest.mark.parametrize("other", [POLL, SPIN, HALT, ""])
def test_a_failing_model_stops_all_with_its_error(other: str) -> None:
    machine, tally = board(POLL, other)

    def fail(offset: int, size: int) -> int:
        raise ZeroDivisionError("a bug")

    works, tally.read = tally.read, fail  # type: ignore[method-assign]
    begin = time.monotonic()
    with pytest.raises(AuthorError, match="the model of tally failed: ZeroDivisionError"):
        machine.run(RunLimits(seconds=20))
    assert time.monotonic() - begin < SOON_S
    tally.read = works  # type: ignore[method-assign]
    # Both may have met the bug: the next run is another one.
    assert machine.run(RunLimits(seconds=0.02)).reason is RunEnd.TIME


def test_a_model_that_fails_for_the_host_does_not_stop_the_guest() -> None:
    machine, tally = board(POLL, POLL, engine=NativeEngine())

    def fail(offset: int, value: int, size: int) -> None:
        raise ZeroDivisionError("a bug")

    tally.write = fail  # type: ignore[method-assign]
    raised: list[Exception] = []

    def write() -> None:
        try:
            machine.bus.write(Space.PIO, 0x512, 0, 1)
        except AuthorError as error:
            raised.append(error)
            machine.stop()

    timer = threading.Timer(0.05, write)
    timer.start()
    assert machine.run(RunLimits(seconds=20)).reason is RunEnd.REQUEST
    assert "the model of tally failed: ZeroDivisionError" in str(raised[0])


@pytest.mark.parametrize("failing", [0, 1])
def test_a_cpu_that_cannot_go_on_ends_the_run(failing: int) -> None:
    codes = [SPIN, SPIN]
    codes[failing] = "0f 0b"  # ud2, with no table of handlers
    machine, _ = board(*codes)
    cpu = machine.cpus[failing]
    assert isinstance(cpu, KvmCpu)
    start.flat_32bit(cpu.vcpu, ENTRY * (failing + 1))
    outcome = machine.run(RunLimits(seconds=20, reboots=False))
    assert outcome.reason is RunEnd.FAULT
    assert "a triple fault" in outcome.detail


@pytest.mark.parametrize("failing", [0, 1])
def test_a_cpu_that_kvm_cannot_run_stops_all_with_an_error(failing: int) -> None:
    machine, _ = board(SPIN, SPIN)
    cpu = machine.cpus[failing]
    assert isinstance(cpu, KvmCpu)
    start.real_mode(cpu.vcpu, 0xA_0000)  # device memory: nothing that could be fetched
    begin = time.monotonic()
    with pytest.raises(GuestError, match=r"^KVM .* at a000:00000000"):
        machine.run(RunLimits(seconds=20))
    assert time.monotonic() - begin < SOON_S


def test_an_awaited_text_ends_the_run() -> None:
    # mov al, 'x'; mov dx, 0x500; out dx, al; jmp $-1
    machine, tally = board("b0 78 ba 00 05 ee eb fd", POLL)

    def write(offset: int, value: int, size: int) -> None:
        machine.console.write(bytes([value]))

    tally.write = write  # type: ignore[method-assign]
    assert machine.run(RunLimits(text=b"xxxxx", seconds=20)).reason is RunEnd.TEXT
    assert machine.console.text.startswith("xxxxx")


@pytest.mark.parametrize("limit", [1, 2, 5, 5000, 20_000])
@pytest.mark.parametrize("codes", [(POLL, POLL), (POLL, HALT), (POLL, POLL, "")])
def test_the_access_limit_is_reached_and_not_much_more(codes: tuple[str, ...], limit: int) -> None:
    machine, tally = board(*codes, engine=NativeEngine())
    for _ in range(2):
        before = sum(tally.state.reads)
        outcome = machine.run(RunLimits(seconds=60, accesses=limit))
        assert outcome.reason is RunEnd.ACCESSES
        assert limit <= outcome.accesses <= limit + 1000 * len(codes)
        assert sum(tally.state.reads) - before == outcome.accesses
