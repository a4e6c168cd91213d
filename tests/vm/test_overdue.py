# SPDX-License-Identifier: Apache-2.0
"""Models that do not return from a call: the run ends with their line, and can be tried again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from lightexit.abi import Space, Struct, u64
from lightexit.bus.clock import HostClock
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.errors import AuthorError
from lightexit.vm import overdue
from lightexit.vm.machine import Machine, RunEnd, RunLimits
from lightexit.vm.pc import PcConfig, pc_machine

#: mov dx, 0x700; in al, dx; out 0xf4, al; hlt
GUEST = bytes.fromhex("66ba0007 ec e6f4 f4")


class _State(Struct):
    value: u64


class Slow(Device[_State]):
    name = "slow"
    regions = (pio(1),)
    work: Callable[[], object] = staticmethod(lambda: None)

    def read(self, offset: int, size: int) -> int:
        self.work()
        return 3


class Late(Slow):
    def next_wakeup(self) -> int | None:
        return 0

    def advance(self, now_ns: int) -> None:
        spin()


def spin() -> None:
    while True:
        pass


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overdue, "CPU_S", 0.2)
    monkeypatch.setattr(overdue, "PATIENCE_S", 0.2)
    monkeypatch.setattr(overdue, "LOOK_S", 0.05)


def machine(device: type[Slow], work: Callable[[], object]) -> Machine:
    made = pc_machine(PcConfig(kernel=GUEST), HostClock())
    slow = device(made.clock)
    slow.work = work
    made.add(slow, 0x700)
    return made


@pytest.mark.parametrize(("device", "method"), [(Slow, "read"), (Late, "advance")])
def test_one_that_spins(device: type[Slow], method: str) -> None:
    with machine(device, spin) as slow, pytest.raises(AuthorError) as caught:
        slow.run(RunLimits(seconds=30))
    assert caught.value.found == f"the model of slow does not return from {method}"
    assert caught.value.where is not None
    assert caught.value.where.file == __file__
    assert "expected: bounded work" in str(caught.value)


def test_the_machine_is_unharmed() -> None:
    with machine(Slow, spin) as slow:
        with pytest.raises(AuthorError):
            slow.run(RunLimits(seconds=30))
        slow.device("slow").work = lambda: None  # type: ignore[attr-defined]
        assert slow.run(RunLimits(seconds=30)).reason in (RunEnd.EXIT, RunEnd.HALTED)
        assert slow.bus.read(Space.PIO, 0x700, 1) == 3


def test_one_that_sleeps_past_the_end_of_the_run() -> None:
    def sleep() -> None:
        while True:
            time.sleep(0.01)

    with machine(Slow, sleep) as slow, pytest.raises(AuthorError, match="does not return"):
        slow.run(RunLimits(seconds=1))


def test_one_that_nothing_ends_is_given_up() -> None:
    """A lock that nobody lets go, until the one who was told does."""
    lock, told = threading.Lock(), []

    def give_up(error: BaseException) -> None:
        told.append(error)
        if lock.locked():
            lock.release()

    lock.acquire()
    with machine(Slow, lock.acquire) as slow:
        slow.give_up = give_up
        with pytest.raises(AuthorError, match="does not return from read"):
            slow.run(RunLimits(seconds=1))
    assert isinstance(told[0], AuthorError)
    assert told[0].found == "the model of slow does not return from read"
    assert told[0].where is not None
    assert "self.work()" in str(told[0])


def test_a_stubborn_one_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            try:
                while not done.is_set():
                    pass
            except BaseException:
                continue

    with machine(Slow, work) as slow:
        slow.give_up = lambda error: done.set()
        assert slow.run(RunLimits(seconds=30)).reason is RunEnd.EXIT
    assert done.is_set()


def test_a_slow_call_that_ends_is_none_of_its_business() -> None:
    with machine(Slow, lambda: time.sleep(0.5)) as slow:
        assert slow.run(RunLimits(seconds=30)).reason is RunEnd.EXIT
