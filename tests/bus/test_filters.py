# SPDX-License-Identifier: Apache-2.0
"""Filters on the bus: verdicts, locks, actions, counters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bus.plain import ENGINE, Cells, PlainFunction, Recorder, StateView, answer, plain
from lightexit.abi import ApicMode, IoContext, Request, Space, Verdict
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.bus.memory import Record
from lightexit.bus.native import dispatch
from lightexit.bus.region import pio
from lightexit.errors import AuthorError
from lightexit.filter import Filter

PORT = 0x40


def device_with(filter: Filter[Any], **region: Any) -> Recorder:
    return Recorder(pio(8, filter=filter, **region).at(PORT))


def bus_with(device: Recorder, engine: Any = ENGINE) -> Bus:
    bus = Bus(ManualClock(1234), engine)
    bus.attach(device)
    return bus


def handled(value: int) -> PlainFunction:
    def run(ctx: IoContext, *_states: StateView) -> Verdict:
        ctx.data = value
        return Verdict.HANDLED

    return run


def passes(ctx: IoContext, *_states: StateView) -> Verdict:
    ctx.data = 0x55
    ctx.raise_line(0)
    return Verdict.PASS


def test_a_handled_read_brings_the_filters_value_and_no_model_runs() -> None:
    device = device_with(plain(handled(0x5A)))
    assert bus_with(device).read(Space.PIO, PORT, 1) == 0x5A
    assert device.log == []


def test_a_handled_value_is_masked_to_the_size() -> None:
    assert bus_with(device_with(plain(handled(0x1_2345)))).read(Space.PIO, PORT, 2) == 0x2345


@pytest.mark.parametrize("verdict", [0, 2, 1 << 32, (1 << 64) - 1])
def test_any_other_verdict_is_a_pass(verdict: int) -> None:
    def odd(ctx: IoContext) -> int:
        ctx.data = 0x55
        return verdict

    device = device_with(plain(odd))
    assert bus_with(device).read(Space.PIO, PORT, 1) == answer(0, 1)
    assert device.log == [("read", 0, 1)]


def test_on_a_pass_the_model_gets_the_access_as_it_was() -> None:
    device = device_with(plain(passes))
    device.lines = (Line(),)
    bus_with(device).write(Space.PIO, PORT + 3, 0x77, 1)
    assert device.log == [("write", 3, 0x77, 1)]
    assert not device.lines[0].level


def test_without_an_engine_filters_are_off() -> None:
    device = device_with(plain(handled(1)))
    assert bus_with(device, None).read(Space.PIO, PORT, 1) == answer(0, 1)


def test_the_context_describes_the_access() -> None:
    seen = []

    def note(ctx: IoContext) -> Verdict:
        seen.append(IoContext.view(memoryview(bytearray(bytes(ctx)))))
        return Verdict.HANDLED

    device = Recorder(pio(8, offset=0x80, filter=plain(note, reads_clock=True)).at(PORT))
    bus_with(device).write(Space.PIO, PORT + 2, 0xABCD, 2)
    wanted = IoContext()
    wanted.offset, wanted.data, wanted.size, wanted.is_write = 0x82, 0xABCD, 2, True
    wanted.now_ns, wanted.vcpu = 1234, 1
    assert seen == [wanted]


def test_the_clock_is_read_only_for_filters_that_read_it() -> None:
    def time(ctx: IoContext) -> Verdict:
        ctx.data = ctx.now_ns
        return Verdict.HANDLED

    assert bus_with(device_with(plain(time))).read(Space.PIO, PORT, 8) == 0
    assert bus_with(device_with(plain(time, reads_clock=True))).read(Space.PIO, PORT, 8) == 1234


def test_a_cut_access_may_be_answered_by_filter_and_model() -> None:
    def even(ctx: IoContext) -> Verdict:
        ctx.data = 0xEE
        return Verdict.PASS if ctx.offset % 2 else Verdict.HANDLED

    device = device_with(plain(even), register_width=1)
    value = bus_with(device).read(Space.PIO, PORT, 4)
    assert value == 0xEE | answer(1, 1) << 8 | 0xEE << 16 | answer(3, 1) << 24


def test_an_access_that_is_no_whole_register_never_reaches_the_filter() -> None:
    device = device_with(plain(handled(1)), register_width=4)
    assert bus_with(device).read(Space.PIO, PORT + 1, 2) == answer(1, 2)


def test_several_states_come_in_the_order_of_the_arguments() -> None:
    def total(ctx: IoContext, one: StateView, two: StateView) -> Verdict:
        ctx.data = one.state.first * 10 + two.state.first
        return Verdict.HANDLED

    other, another = Recorder(), Recorder()
    other.state.first, another.state.first = 4, 2
    states = (other.memory, another.memory)
    device = device_with(plain(total, Cells, Cells), states=states)
    assert bus_with(device).read(Space.PIO, PORT, 1) == 42


# Locks


def read_first(ctx: IoContext, cells: StateView) -> Verdict:
    ctx.data = cells.state.first
    return Verdict.HANDLED


def test_a_state_that_is_being_written_makes_a_reader_pass() -> None:
    device = device_with(plain(read_first, Cells))
    device.memory.header.version = 7
    bus = bus_with(device)
    ran: list[int] = []

    # The model needs the lock: it is freed by whoever holds it while the bus waits.
    import threading

    def free() -> None:
        ran.append(len(device.log))
        device.memory.header.version = 8

    timer = threading.Timer(0.02, free)
    timer.start()
    assert bus.read(Space.PIO, PORT, 1) == answer(0, 1)
    timer.join()
    assert ran == [0]
    assert device.versions == [9]
    assert device.memory.header.version == 10


def test_a_state_that_changes_meanwhile_makes_a_reader_pass() -> None:
    def disturbed(ctx: IoContext, cells: StateView) -> Verdict:
        cells.version[0] += 2
        return read_first(ctx, cells)

    device = device_with(plain(disturbed, Cells))
    assert bus_with(device).read(Space.PIO, PORT, 1) == answer(0, 1)


def test_a_change_of_any_state_makes_a_reader_pass() -> None:
    other = Recorder()

    def disturbed(ctx: IoContext, _mine: StateView, other: StateView) -> Verdict:
        other.version[0] += 2
        return Verdict.HANDLED

    device = Recorder()
    states = (device.memory, other.memory)
    device.regions = (pio(8, filter=plain(disturbed, Cells, Cells), states=states).at(PORT),)
    assert bus_with(device).read(Space.PIO, PORT, 1) == answer(0, 1)


def test_a_reader_takes_no_lock() -> None:
    device = device_with(plain(read_first, Cells))
    device.state.first = 9
    assert bus_with(device).read(Space.PIO, PORT, 1) == 9
    assert device.memory.header.version == 0


def test_a_writer_holds_the_locks_of_all_its_states() -> None:
    versions = []
    other = Recorder()

    def write(ctx: IoContext, mine: StateView, other: StateView) -> Verdict:
        versions.append((mine.version[0], other.version[0]))
        mine.state.first = ctx.data
        return Verdict.HANDLED

    device = Recorder()
    filter = plain(write, Cells, Cells, writes_state=True)
    device.regions = (pio(8, filter=filter, states=(device.memory, other.memory)).at(PORT),)
    bus_with(device).write(Space.PIO, PORT, 0x31, 1)
    assert versions == [(1, 1)]
    assert (device.memory.header.version, other.memory.header.version) == (2, 2)
    assert device.state.first == 0x31


def test_a_writer_that_passes_leaves_the_lock_free() -> None:
    device = device_with(plain(passes, Cells, writes_state=True))
    bus_with(device).write(Space.PIO, PORT, 1, 1)
    assert device.versions == [3]
    assert device.memory.header.version == 4


def test_the_model_runs_with_its_lock_held() -> None:
    device = Recorder(pio(1).at(PORT))
    bus_with(device, None).read(Space.PIO, PORT, 1)
    assert device.versions == [1]
    assert device.memory.header.version == 2


def test_a_model_that_fails_leaves_its_lock_free() -> None:
    class Broken(Recorder):
        def read(self, offset: int, size: int) -> int:
            raise KeyError("no such register")

    device = Broken(pio(1).at(PORT))
    bus = bus_with(device)
    with pytest.raises(AuthorError, match="the model of recorder failed: KeyError"):
        bus.read(Space.PIO, PORT, 1)
    assert device.memory.header.version == 2


def test_locked_holds_several_states_at_once() -> None:
    one, two = Recorder(), Recorder()
    bus = Bus(ManualClock())
    with bus.locked(two.memory, one.memory, one.memory):
        assert (one.memory.header.version, two.memory.header.version) == (1, 1)
    assert (one.memory.header.version, two.memory.header.version) == (2, 2)


# Errors of models


def test_an_error_of_the_model_is_raised_by_the_hosts_access() -> None:
    class Broken(Recorder):
        def write(self, offset: int, value: int, size: int) -> None:
            raise AuthorError("this device has no such mode")

    told: list[bool] = []
    bus = bus_with(Broken(pio(1).at(PORT)))
    bus.failures.on_failure = lambda: told.append(True)
    with pytest.raises(AuthorError, match="no such mode"):
        bus.write(Space.PIO, PORT, 0, 1)
    assert told == []
    bus.raise_failure()
    context = Record(IoContext)
    context.fields.offset, context.fields.size, context.fields.is_write = PORT, 1, True
    dispatch().access(bus.cpus[0].address, context.address)
    assert told == [True]
    bus.write(Space.PIO, PORT + 1, 0, 1)  # which is not for this one to hear
    with pytest.raises(AuthorError, match="no such mode"):
        bus.raise_failure()
    bus.raise_failure()


# Actions


def test_actions_drive_the_devices_lines_and_doorbells() -> None:
    def act(ctx: IoContext) -> Verdict:
        ctx.raise_line(0)
        ctx.lower_line(1)
        ctx.pulse_line(2)
        ctx.signal(1)
        return Verdict.HANDLED

    heard: list[Any] = []

    def note(name: str) -> Callable[[bool], None]:
        return lambda level: heard.append((name, level))

    device = device_with(plain(act))
    names = ("raised", "lowered", "pulsed")
    device.lines = tuple(Line(note(name)) for name in names)
    device.lines[1].set(True)
    heard.clear()
    device.doorbells = (lambda: heard.append("wrong"), lambda: heard.append("rung"))
    bus_with(device).write(Space.PIO, PORT, 0, 1)
    wanted = [("raised", True), ("lowered", False), ("pulsed", True), ("pulsed", False), "rung"]
    assert heard == wanted


def test_a_writers_actions_happen_before_others_may_write() -> None:
    def act(ctx: IoContext, _cells: StateView) -> Verdict:
        ctx.raise_line(0)
        return Verdict.HANDLED

    device = device_with(plain(act, Cells, writes_state=True))
    versions: list[int] = []
    device.lines = (Line(lambda _level: versions.append(device.memory.header.version)),)
    bus_with(device).write(Space.PIO, PORT, 0, 1)
    assert versions == [1]


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda ctx: ctx.raise_line(3), "uses number 3 of its lines"),
        (lambda ctx: ctx.signal(0), "uses number 0 of its doorbells"),
        (lambda ctx: ctx.end_of_interrupt(1), "asks for EOIs, which this machine cannot do"),
        (lambda ctx: ctx.send_apic(0, 1, ApicMode.FIXED), "asks for APIC messages"),
    ],
)
def test_an_action_that_the_device_does_not_have_is_an_error(act: Any, message: str) -> None:
    def run(ctx: IoContext) -> Verdict:
        act(ctx)
        return Verdict.HANDLED

    device = device_with(plain(run))
    device.lines = (Line(), Line(), Line())
    with pytest.raises(AuthorError, match=message):
        bus_with(device).write(Space.PIO, PORT, 0, 1)


class Apics:
    """Records requests."""

    def __init__(self, requests: Request) -> None:
        self.requests = requests
        self.log: list[tuple[Any, ...]] = []

    def send(self, destination: int, vector: int, mode: int) -> None:
        self.log.append(("send", destination, vector, mode))

    def end_of_interrupt(self, vector: int) -> None:
        self.log.append(("end", vector))


def ask_of_apics(ctx: IoContext) -> Verdict:
    ctx.send_apic(3, 0x41, ApicMode.LOWEST_PRIORITY)
    ctx.end_of_interrupt(0x42)
    return Verdict.HANDLED


def test_requests_reach_the_machines_apics() -> None:
    apics = Apics(Request.APIC_MESSAGE | Request.EOI)
    bus = Bus(ManualClock(), ENGINE, apic=apics)
    bus.attach(device_with(plain(ask_of_apics)))
    bus.write(Space.PIO, PORT, 0, 1)
    assert apics.log == [("send", 3, 0x41, 1), ("end", 0x42)]


def test_no_request_is_carried_out_if_one_is_not_supported() -> None:
    apics = Apics(Request.APIC_MESSAGE)
    bus = Bus(ManualClock(), ENGINE, apic=apics)
    bus.attach(device_with(plain(ask_of_apics)))
    with pytest.raises(AuthorError, match="expected: lines, doorbells, APIC messages"):
        bus.write(Space.PIO, PORT, 0, 1)
    assert apics.log == []


def test_a_filter_of_other_states_is_refused() -> None:
    device = device_with(plain(handled(1), IoContext))
    with pytest.raises(AuthorError, match="takes the state IoContext, with offset: u64") as error:
        bus_with(device)
    assert "the state that its region passes: Cells, with first: u64" in str(error.value)


# Counters


def test_accesses_are_counted_by_register_direction_and_filter_or_model() -> None:
    def reads_of_1(ctx: IoContext) -> Verdict:
        return Verdict.HANDLED if ctx.offset == 1 and not ctx.is_write else Verdict.PASS

    device = device_with(plain(reads_of_1), register_width=1)
    bus = bus_with(device)
    for _ in range(3):
        bus.read(Space.PIO, PORT, 2)
    bus.write(Space.PIO, PORT + 1, 0, 1)
    counts = [(c.register, c.address, c.is_write, c.handled, c.passed) for c in bus.counts()]
    assert counts == [
        ("+0x0", PORT, False, 0, 3),
        ("+0x1", PORT + 1, False, 3, 0),
        ("+0x1", PORT + 1, True, 0, 1),
    ]


def test_time_is_counted_only_when_asked_for() -> None:
    bus = bus_with(device_with(plain(handled(1))))
    bus.read(Space.PIO, PORT, 1)
    assert [c.handled_ns for c in bus.counts()] == [0]
    bus.timed = True
    bus.read(Space.PIO, PORT, 1)
    (count,) = bus.counts()
    assert 100 < count.handled_ns < 1e9
    assert count.passed_ns == 0


def test_a_very_long_region_counts_neighbours_together() -> None:
    device = Recorder(pio(0x10000).at(0))
    bus = bus_with(device)
    for port in (0, 15, 16, 0xFFFF):
        bus.read(Space.PIO, port, 1)
    assert [(c.address, c.passed) for c in bus.counts()] == [(0, 2), (16, 1), (0xFFF0, 1)]
