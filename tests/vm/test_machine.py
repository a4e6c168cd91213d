# SPDX-License-Identifier: Apache-2.0
"""The machine's loop: deadlines, interrupts, halts, and every way for a run to end."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from bus.plain import Cells, Recorder
from lightexit.bus.clock import BusClock, HostClock, ManualClock
from lightexit.bus.line import Line
from lightexit.bus.region import mmio, pio
from lightexit.devices.device import Device
from lightexit.devices.pic import Pic
from lightexit.errors import AuthorError
from lightexit.vm import places
from lightexit.vm.alarm import Alarm
from lightexit.vm.board import Wanted
from lightexit.vm.console import Console
from lightexit.vm.machine import Machine, RunEnd, RunLimits
from lightexit.vm.memory import MIB, GuestMemory
from lightexit.vm.unicorn import UnicornBackend
from vm.moved import SOON_NS, START, WAYS, Ringer, add_both, by_call
from vm.rom import PORT, rom

FOREVER = bytes.fromhex("ebfe")
# mov dx, 0x80; again: in al, dx; jmp again
POLL = bytes.fromhex("ba8000 ec ebfd")
STACK = bytes.fromhex("31c0 8ed0 8ed8 bc0070")
# The master PIC at vector 8, all lines open; interrupts on.
PIC_SETUP = bytes.fromhex("b011e620 b008e621 b004e621 b001e621 b000e621 fb")


class Ticker(Device[Cells]):
    """Raises its line every `period` ns; `first` counts."""

    name = "ticker"
    regions = ()

    def __init__(self, clock: BusClock, line: Line, period: int) -> None:
        super().__init__(clock)
        self.lines = (line,)
        self.period = period
        self.next = period
        self.times: list[int] = []

    def next_wakeup(self) -> int | None:
        return self.next

    def advance(self, now_ns: int) -> None:
        self.state.first += 1
        self.times.append(now_ns)
        self.next += self.period
        self.lines[0].set(False)
        self.lines[0].set(True)


def machine(
    code: bytes, clock: HostClock | ManualClock | None = None, *, handler: bytes = b""
) -> tuple[Machine, Recorder]:
    """A machine with a recorder, which pretends to be a console when port 0x81 is written."""
    clock = clock or ManualClock(step_ns=1000)
    memory = GuestMemory(2 * MIB, rom(code, handlers={0x100: handler}))
    memory.ram[4 * 8 : 4 * 9] = bytes.fromhex("0001 00f0")
    built = Machine(UnicornBackend().build(Wanted(), memory, clock))

    class Port(Recorder):
        def write(self, offset: int, value: int, size: int) -> None:
            super().write(offset, value, size)
            if offset == 1:
                built.console.write(bytes([value]))

    device = Port(pio(16).at(PORT))
    built.add(device)
    return built, device


def test_it_stops_when_the_awaited_text_is_printed() -> None:
    # mov dx, 0x81; mov al, 'a'; again: out dx, al; inc al; jmp again
    built, _ = machine(bytes.fromhex("ba8100 b061 ee fec0 ebfb"))
    outcome = built.run(RunLimits(text=b"cde"))
    assert outcome.reason is RunEnd.TEXT
    assert built.console.text == "abcde"
    assert built.run(RunLimits(text=b"z")).reason is RunEnd.TEXT
    assert built.console.text == "abcdefghijklmnopqrstuvwxyz"


def test_it_stops_at_the_access_limit_and_goes_on_from_there() -> None:
    built, device = machine(POLL)
    for total in (100, 150):
        outcome = built.run(RunLimits(accesses=total - len(device.log)))
        assert outcome.reason is RunEnd.ACCESSES
        assert len(device.log) == total
    assert outcome.accesses == 50


def test_it_stops_at_the_time_limit_whatever_the_guest_does() -> None:
    for code in (FOREVER, POLL, b"\xfb\xf4"):
        built, _ = machine(code, HostClock())
        outcome = built.run(RunLimits(seconds=0.05))
        assert outcome.reason is RunEnd.TIME
        assert 0.05 <= outcome.seconds < 0.5


def test_a_stop_from_another_thread_is_never_lost() -> None:
    for delay in (0.0, 0.001, 0.01):
        built, _ = machine(FOREVER, HostClock())
        timer = threading.Timer(delay, built.stop)
        timer.start()
        assert built.run(RunLimits(seconds=10)).reason is RunEnd.REQUEST
        timer.join()


def test_a_stop_before_the_run_ends_it_at_once() -> None:
    built, device = machine(POLL)
    built.stop(RunEnd.RESET, "for a test")
    outcome = built.run()
    assert (outcome.reason, outcome.detail) == (RunEnd.RESET, "for a test")
    assert device.log == []


def test_a_halt_with_interrupts_off_ends_the_run() -> None:
    outcome = machine(b"\xfa\xf4")[0].run()
    assert outcome.reason is RunEnd.HALTED
    assert outcome.detail == "with interrupts off, at f000:00000002"


def test_a_halt_that_no_device_can_end_ends_the_run() -> None:
    outcome = machine(b"\xfb\xf4")[0].run()
    assert outcome.reason is RunEnd.HALTED
    assert outcome.detail.startswith("waiting for an interrupt")


def test_an_interrupt_that_has_no_handler_is_a_triple_fault() -> None:
    # lidt [cs:0x40], with a limit of 0; int 5
    built, _ = machine(bytes.fromhex("2e0f011e4000 cd05").ljust(0x48, b"\0"))
    outcome = built.run(RunLimits(reboots=False))
    assert outcome.reason is RunEnd.FAULT
    assert outcome.detail.startswith("a triple fault, at f000:00000006, bytes cd 05")


def test_a_failing_model_ends_the_run_with_its_error() -> None:
    built, device = machine(POLL)

    def fail(offset: int, size: int) -> int:
        raise ZeroDivisionError("a bug")

    device.read = fail  # type: ignore[method-assign]
    with pytest.raises(AuthorError, match="the model of recorder failed: ZeroDivisionError"):
        built.run()


@pytest.mark.parametrize("method", ["advance", "next_wakeup"])
def test_a_model_that_fails_at_its_time_shows_its_line(method: str) -> None:
    class Late(Ticker):
        def advance(self, now_ns: int) -> None:
            self.state.zero = 1 // (method != "advance")  # type: ignore[attr-defined]

        def next_wakeup(self) -> int | None:
            return 10_000 // (method != "next_wakeup")

    built, _ = machine(POLL)
    built.add(Late(built.clock, Line(), 10_000))
    with pytest.raises(AuthorError, match="the model of ticker failed: ZeroDivisionError") as error:
        built.run(RunLimits(accesses=100))
    where = error.value.where
    assert where is not None
    assert where.file == __file__
    assert method in where.text


def test_devices_are_called_at_their_time() -> None:
    built, device = machine(POLL)
    ticker = Ticker(built.clock, Line(), 10_000)
    built.add(ticker)
    built.run(RunLimits(accesses=100))
    # An access takes 1000 ns, so that every tenth is one: exactly, whoever answers it.
    assert ticker.times == [10_000 * n for n in range(1, 10)]
    assert len(device.log) == 100


@pytest.mark.parametrize("way", WAYS)
def test_a_deadline_that_an_access_to_another_device_moves_is_kept(way: Callable[..., Any]) -> None:
    # An access takes 1000 ns; the first ones start the ringer.
    built, device = machine(bytes.fromhex(START) + POLL)
    ringer = add_both(built, way, 50_000)
    assert built.run(RunLimits(accesses=1000)).reason is RunEnd.REQUEST
    assert (ringer.late_ns, len(device.log)) == ([0], 50)


@pytest.mark.parametrize("way", WAYS)
def test_so_it_is_where_time_does_not_wait_for_accesses(way: Callable[..., Any]) -> None:
    def late_ns() -> int:
        built, _ = machine(bytes.fromhex(START) + FOREVER, HostClock())
        ringer = add_both(built, way, 2_000_000)
        built.run(RunLimits(seconds=20))
        return ringer.late_ns[0]

    assert min(late_ns() for _ in range(5)) < SOON_NS


def test_a_deadline_that_another_thread_moves_is_kept() -> None:
    def start(built: Machine, ringer: Ringer) -> None:
        while not ringer.state.is_ready:
            time.sleep(0.001)
        with built.locked(ringer.memory):
            ringer.start()

    def late_ns() -> int:
        built, _ = machine(FOREVER, HostClock())
        ringer = add_both(built, by_call, 2_000_000)
        thread = threading.Thread(target=start, args=(built, ringer))
        thread.start()
        built.run(RunLimits(seconds=20))
        thread.join()
        return ringer.late_ns[0]

    assert min(late_ns() for _ in range(5)) < SOON_NS


def test_a_guest_that_moves_devices_does_not_grow_the_host() -> None:
    """As it moves a PCI device: retired tables are freed between slices."""
    built, _ = machine(POLL)
    built.add(Ticker(built.clock, Line(), 10_000))
    retired: list[int] = []

    class Moving(Recorder):
        def read(self, offset: int, size: int) -> int:
            self.regions = (self.regions[0], mmio(4).at(0xD000_0000 + len(retired) % 8 * 0x1000))
            built.bus.update(self)
            retired.append(len(built.bus._retired))
            return 0

    built.bus.detach(next(iter(built.bus._ports)))
    built.add(Moving(pio(1).at(PORT)))
    built.run(RunLimits(accesses=1000))
    assert len(retired) == 1000
    assert max(retired) < 50


def test_a_detached_device_has_no_deadline() -> None:
    built, _ = machine(POLL)
    old, new = (Ticker(built.clock, Line(), 10_000) for _ in range(2))
    built.add(old)
    built.run(RunLimits(accesses=100))
    built.replace(old, new)
    built.run(RunLimits(accesses=100))
    built.remove(new)
    built.run(RunLimits(accesses=100))
    assert 90_000 <= old.times[-1] <= 110_000
    assert 190_000 <= new.times[-1] <= 210_000
    with pytest.raises(AuthorError, match="ticker is not on this bus"):
        built.remove(old)


def with_ticker(
    clock: HostClock | ManualClock, code: bytes, period: int = 200_000
) -> tuple[Machine, Recorder, Ticker]:
    """A ticker on IRQ 0; the handler counts in the recorder, and ends the interrupt."""
    # push ax; push dx; mov dx, 0x82; out dx, al; mov al, 0x20; out 0x20, al; pops; iret
    handler = bytes.fromhex("50 52 ba8200 ee b020 e620 5a 58 cf")
    built, device = machine(STACK + PIC_SETUP + code, clock, handler=handler)
    pic = Pic(clock, Line())
    built.add(pic, places.PC["pic"])
    built.connect(pic)
    ticker = Ticker(clock, built.wire(pic.memory, pic.input(0)), period)
    built.add(ticker)
    return built, device, ticker


def taken(device: Recorder) -> int:
    """How many interrupts the handler has seen."""
    return len([entry for entry in device.log if entry[:2] == ("write", 2)])


@pytest.mark.parametrize("code", [POLL, b"\xf4\xeb\xfd", bytes.fromhex("fb f4 fa ebfb")])
def test_interrupts_come_in_time_polling_or_halted(code: bytes) -> None:
    built, device, ticker = with_ticker(ManualClock(step_ns=1000), code)
    built.run(RunLimits(accesses=3000))
    assert ticker.state.first >= 10
    assert ticker.state.first - 1 <= taken(device) <= ticker.state.first


def run_until(machine: Machine, done: Callable[[], bool]) -> None:
    """Run for as long as it takes on this host, at most ten seconds."""
    for _ in range(100):
        machine.run(RunLimits(seconds=0.1))
        if done():
            return
    pytest.fail("ten seconds were not enough")


@pytest.mark.parametrize("code", [FOREVER, POLL, b"\xf4\xeb\xfd"])
def test_interrupts_come_on_host_time(code: bytes) -> None:
    built, device, ticker = with_ticker(HostClock(), code, 5_000_000)
    run_until(built, lambda: ticker.state.first > 10 and taken(device) > 10)


def test_a_host_too_slow_for_the_timers_still_gets_on() -> None:
    built, device, _ = with_ticker(HostClock(), POLL, 1000)
    run_until(built, lambda: taken(device) > 3 and len(device.log) > 100)


class SlowTicker(Ticker):
    """Its `advance` takes longer than the time to its next deadline."""

    def advance(self, now_ns: int) -> None:
        time.sleep(0.002)
        super().advance(now_ns)


def test_a_host_too_slow_for_the_timers_leaves_the_guest_most_of_the_time() -> None:
    """Slices of a fixed length left it a twelfth."""
    accesses = {}
    for kind in (Ticker, SlowTicker):
        clock = HostClock()
        built, _ = machine(POLL, clock)
        built.add(kind(clock, Line(), 1_000_000))
        accesses[kind] = built.run(RunLimits(seconds=0.5)).accesses
    assert accesses[SlowTicker] > accesses[Ticker] / 4


def test_vm_time_stands_still_between_runs() -> None:
    clock = HostClock()
    built, _ = machine(FOREVER, clock)
    built.run(RunLimits(seconds=0.02))
    stopped = clock.now_ns()
    time.sleep(0.03)
    assert clock.now_ns() == stopped
    assert 1_000_000 < stopped < 400_000_000


# Its parts


class Watch:
    """A clock that a test sets, and that knows how often an alarm has looked at it."""

    def __init__(self) -> None:
        self.ms = self.looks = 0
        self.rung: list[int] = []

    def now_ns(self) -> int:
        self.looks += 1
        return self.ms * 1_000_000

    def alarm(self) -> Alarm:
        return Alarm(lambda: self.rung.append(self.ms), self.now_ns)

    def show(self, ms: int) -> list[int]:
        """When the alarm has rung by then, once it has looked twice: at this time for sure."""
        self.ms, looks = ms, self.looks
        end = time.monotonic() + 20
        while self.looks < looks + 2 and self.rung[-1:] != [ms]:
            assert time.monotonic() < end
            time.sleep(0.001)
        return self.rung


def test_an_alarm_rings_once_at_its_time() -> None:
    watch = Watch()
    with watch.alarm() as alarm:
        alarm.set(10_000_000)
        assert watch.show(9) == []
        assert watch.show(10) == [10]
        alarm.set(40_000_000)
        assert watch.show(30) == [10]


def test_an_alarm_can_be_moved_and_taken_back() -> None:
    watch = Watch()
    with watch.alarm() as alarm:
        alarm.set(5_000_000)
        alarm.set(40_000_000)
        assert watch.show(20) == []
        alarm.set(60_000_000_000)  # a minute in which it sleeps, unless it is woken
        alarm.set(25_000_000)
        assert watch.show(30) == [30]
        alarm.set(60_000_000)
        alarm.set(None)
        alarm.set(90_000_000)
        assert watch.show(70) == [30]


def test_an_alarm_rings_on_host_time() -> None:
    rung = queue.Queue[int]()
    with Alarm(lambda: rung.put(time.monotonic_ns())) as alarm:
        due = time.monotonic_ns() + 10_000_000
        alarm.set(due)
        assert rung.get(timeout=20) >= due
    assert rung.empty()


def test_a_console_keeps_and_hands_on_everything() -> None:
    also = bytearray()
    console = Console(also.extend)
    console.write(b"a\xff")
    console.write(b"b")
    assert (console.text, bytes(also)) == ("a\xffb", b"a\xffb")


def test_a_console_sees_a_text_in_pieces() -> None:
    seen: list[bool] = []
    console = Console()
    console.watch(b"boot", lambda: seen.append(True))
    for part in (b"reb", b"oo", b"t", b"!"):
        console.write(part)
    assert seen == [True]
