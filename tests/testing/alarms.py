# SPDX-License-Identifier: Apache-2.0
"""An alarm clock that obeys every law, and others that each break one."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any

from lightexit import (
    Clock,
    Device,
    Filter,
    IoContext,
    Line,
    ManualClock,
    Space,
    StateMemory,
    Struct,
    Verdict,
    io_filter,
    pio,
    u8,
    u32,
    u64,
)
from lightexit.testing import Expect, FromOutside, Read, Rig, Trace, Wait, Write

NEVER = 2**64 - 1
US = 1000


class Reg(IntEnum):
    TIME = 0
    ALARM = 4
    STATUS = 8
    NOTE = 12


class AlarmState(Struct):
    """`due_ns` is when the alarm goes off, `rung` that it has, `note` what was sent to it."""

    due_ns: u64 = NEVER
    started_ns: u64
    rung: bool
    note: u8


@io_filter
def read_alarm(ctx: IoContext, alarm: AlarmState) -> Verdict:
    """The time in microseconds; the status, while reading it clears nothing."""
    if ctx.is_write or ctx.size != 4:
        return Verdict.PASS
    if ctx.offset == Reg.TIME:
        ctx.data = u32(u64(ctx.now_ns - alarm.started_ns) // US)
        return Verdict.HANDLED
    if ctx.offset == Reg.STATUS and not alarm.rung and ctx.now_ns < alarm.due_ns:
        ctx.data = u32(0)
        return Verdict.HANDLED
    return Verdict.PASS


class Alarm(Device[AlarmState]):
    """TIME counts microseconds. What is written to ALARM is when it rings, so many from now.
    STATUS reads 1 once it has, and takes the line down."""

    name = "alarm"
    registers = Reg
    regions = (pio(16, filter=read_alarm),)

    def __init__(self, clock: Clock, irq: Line) -> None:
        super().__init__(clock)
        self.lines = (irq,)
        self.irq = irq
        self.reset()

    def reset(self) -> None:
        super().reset()
        self.state.started_ns = self.clock.now_ns()
        self.irq.set(False)

    def receive(self, data: bytes) -> None:
        """What is sent to it: the last byte stays."""
        self.state.note = data[-1] if data else self.state.note

    def read(self, offset: int, size: int) -> int:
        self.advance(self.clock.now_ns())
        if size != 4 or offset not in tuple(Reg):
            return super().read(offset, size)
        if offset == Reg.TIME:
            return (self.clock.now_ns() - self.state.started_ns) // US & 0xFFFF_FFFF
        if offset == Reg.STATUS:
            return self.status()
        return self.state.note if offset == Reg.NOTE else 0

    def status(self) -> int:
        value = int(self.state.rung)
        self.state.rung = False
        self.irq.set(False)
        return value

    def write(self, offset: int, value: int, size: int) -> None:
        self.advance(self.clock.now_ns())
        if size == 4 and offset == Reg.ALARM:
            self.state.due_ns = self.clock.now_ns() + value * US if value else NEVER

    def next_wakeup(self) -> int | None:
        return None if self.state.due_ns == NEVER else self.state.due_ns

    def advance(self, now_ns: int) -> None:
        if now_ns >= self.state.due_ns:
            self.ring()

    def ring(self) -> None:
        self.state.due_ns = NEVER
        self.state.rung = True
        self.irq.set(True)


#: From what is said of the alarm: when it rings, and what is read then.
RINGS = Trace(
    Write(Space.PIO, Reg.ALARM, 4, value=5),
    Wait(5 * US - 1),
    Read(Space.PIO, Reg.STATUS, 4, answer=0),
    Expect(("alarm", 0), False),
    Wait(1),
    Expect(("alarm", 0), True),
    Read(Space.PIO, Reg.TIME, 4, answer=5),
    Read(Space.PIO, Reg.STATUS, 4, answer=1),
    Expect(("alarm", 0), False),
    FromOutside("receive", b"\x07"),
    Read(Space.PIO, Reg.NOTE, 4, answer=7),
)


@io_filter
def read_slow(ctx: IoContext, alarm: AlarmState) -> Verdict:
    """The time in units of 1,024 ns."""
    if ctx.is_write or ctx.size != 4 or ctx.offset != Reg.TIME:
        return Verdict.PASS
    ctx.data = u32(u64(ctx.now_ns - alarm.started_ns) >> 10)
    return Verdict.HANDLED


class Slow(Alarm):
    """Counts at another rate, as its filter does."""

    regions = (pio(16, filter=read_slow),)

    def read(self, offset: int, size: int) -> int:
        if offset == Reg.TIME and size == 4:
            return (self.clock.now_ns() - self.state.started_ns) >> 10 & 0xFFFF_FFFF
        return super().read(offset, size)


class Quiet(Alarm):
    """Tells nobody that it has rung."""

    def ring(self) -> None:
        self.state.due_ns = NEVER
        self.state.rung = True


class TooWide(Alarm):
    """Does not cut what it answers to the width of the register."""

    def read(self, offset: int, size: int) -> int:
        if offset == Reg.ALARM and size == 4:
            return self.state.due_ns
        return super().read(offset, size)


class Raising(Alarm):
    """Looks a register up that is not there."""

    def write(self, offset: int, value: int, size: int) -> None:
        super().write(Reg(offset), value, size)


class Looping(Alarm):
    """Takes longer, the longer a guest waits."""

    ticked_ns = 0

    def advance(self, now_ns: int) -> None:
        while self.ticked_ns < now_ns:
            self.ticked_ns += US
        super().advance(now_ns)


class Growing(Alarm):
    """Remembers every write."""

    def __init__(self, clock: Clock, irq: Line) -> None:
        self.log: list[int] = []
        super().__init__(clock, irq)

    def write(self, offset: int, value: int, size: int) -> None:
        self.log.append(value)
        super().write(offset, value, size)


@io_filter
def read_stale(ctx: IoContext, alarm: AlarmState) -> Verdict:
    """Answers the status while the alarm is due, and nobody has seen to it."""
    if ctx.is_write or ctx.size != 4 or ctx.offset != Reg.STATUS:
        return Verdict.PASS
    ctx.data = u32(0)
    return Verdict.PASS if alarm.rung else Verdict.HANDLED


class Stale(Alarm):
    """Its filter passes too seldom."""

    regions = (pio(16, filter=read_stale),)


def _other_python(filter: Filter[Any], function: Callable[..., Verdict]) -> Filter[Any]:
    """A filter whose bytecode is another function's: what a wrong compiler would make."""
    assert filter.report.accepted
    filter.function = function
    return filter


@io_filter
def read_note(ctx: IoContext, alarm: AlarmState) -> Verdict:
    """The note, and what an overflow would leave of it."""
    if ctx.is_write or ctx.size != 4 or ctx.offset != Reg.NOTE or alarm.note == 0x80:
        return Verdict.PASS
    ctx.data = alarm.note ^ 1
    return Verdict.HANDLED


def _read_note(ctx: IoContext, alarm: AlarmState) -> Verdict:
    if ctx.is_write or ctx.size != 4 or ctx.offset != Reg.NOTE:
        return Verdict.PASS
    ctx.data = alarm.note
    return Verdict.HANDLED


class Miscompiled(Alarm):
    """Its filter's bytecode is not what its Python is."""

    regions = (pio(16, filter=_other_python(read_note, _read_note)),)


class Memo(Struct):
    """What the filter below keeps of its own."""

    note: u8


@io_filter
def keep_note(ctx: IoContext, _alarm: AlarmState, memo: Memo) -> Verdict:
    """The note, as long as every access of it comes here."""
    if ctx.size != 4 or ctx.offset != Reg.NOTE:
        return Verdict.PASS
    if ctx.is_write:
        memo.note = u8(ctx.data)
    else:
        ctx.data = memo.note
    return Verdict.HANDLED


class Split(Alarm):
    """Filter and model keep a note each: it is right as long as only one of them is asked."""

    note = 0

    def __init__(self, clock: Clock, irq: Line) -> None:
        super().__init__(clock, irq)
        states = self.memory, StateMemory(Memo)
        self.regions = (pio(16, filter=keep_note, states=states),)

    def read(self, offset: int, size: int) -> int:
        return self.note if (offset, size) == (Reg.NOTE, 4) else super().read(offset, size)

    def write(self, offset: int, value: int, size: int) -> None:
        super().write(offset, value, size)
        if (offset, size) == (Reg.NOTE, 4):
            self.note = value & 0xFF


@io_filter
def read_second(ctx: IoContext, alarm: AlarmState) -> Verdict:
    """The note, for all vCPUs but one."""
    if ctx.is_write or ctx.size != 4 or ctx.offset != Reg.NOTE:
        return Verdict.PASS
    ctx.data = u32(alarm.note) if ctx.vcpu != 2 else u32(0xFFFF)
    return Verdict.HANDLED


class Second(Alarm):
    """Its filter answers one vCPU with nonsense."""

    regions = (pio(16, filter=read_second),)


class Late(Alarm):
    """Tells a deadline that is 1 ns late."""

    def next_wakeup(self) -> int | None:
        due = super().next_wakeup()
        return None if due is None else due + 1


class Early(Alarm):
    """Wakes the host up for nothing."""

    def next_wakeup(self) -> int | None:
        due = super().next_wakeup()
        return None if due is None else due - 1


class Insistent(Alarm):
    """Goes on telling a deadline that has come."""

    def ring(self) -> None:
        due = self.state.due_ns
        super().ring()
        self.state.due_ns = due


@io_filter
def set_alarm(ctx: IoContext, alarm: AlarmState) -> Verdict:
    """What the model does where no alarm is set."""
    if not ctx.is_write or ctx.size != 4 or ctx.offset != Reg.ALARM or alarm.due_ns != NEVER:
        return Verdict.PASS
    if ctx.data != 0:
        alarm.due_ns = u64(ctx.now_ns + ctx.data * US)
    return Verdict.HANDLED


class Unasked(Alarm):
    """Its filter brings the deadline forward."""

    regions = (pio(16, filter=set_alarm),)


class SwitchState(Struct):
    is_on: bool


class Switch(Device[SwitchState]):
    """Another device, which sets the alarm. `states` are those of its region."""

    name = "switch"

    def __init__(self, clock: Clock, alarm: Alarm, states: tuple[StateMemory[Any], ...]) -> None:
        super().__init__(clock)
        self.alarm = alarm
        self.regions = (pio(1, states=states),)

    def write(self, offset: int, value: int, size: int) -> None:
        self.alarm.write(Reg.ALARM, value, 4)


def switched(clock: ManualClock) -> Rig:
    """An alarm and its switch."""
    alarm = Alarm(clock, Line())
    return _with_switch(clock, alarm, (alarm.memory,))


def switched_unasked(clock: ManualClock) -> Rig:
    """An alarm and a switch that nobody knows to set it."""
    return _with_switch(clock, Alarm(clock, Line()), ())


def _with_switch(clock: ManualClock, alarm: Alarm, states: tuple[StateMemory[Any], ...]) -> Rig:
    switch = Switch(clock, alarm, states)
    return Rig(clock, [alarm, switch], places={"alarm": 0, "switch": 0x20})


class Counting(Alarm):
    """Counts how often it is advanced."""

    def advance(self, now_ns: int) -> None:
        super().advance(now_ns)
        self.state.note = (self.state.note + 1) % 256


class Forgetful(Alarm):
    """Rings only for a host that comes in time."""

    def advance(self, now_ns: int) -> None:
        if now_ns > self.state.due_ns:
            self.state.due_ns = NEVER
        super().advance(now_ns)


class Apart(Alarm):
    """Keeps when it rings where nobody saves it."""

    due_ns = NEVER

    def write(self, offset: int, value: int, size: int) -> None:
        if offset == Reg.ALARM and size == 4:
            self.due_ns = self.clock.now_ns() + value * US if value else NEVER

    def next_wakeup(self) -> int | None:
        return None if self.due_ns == NEVER else self.due_ns

    def advance(self, now_ns: int) -> None:
        if now_ns >= self.due_ns:
            self.due_ns = NEVER
            self.ring()


class Noisy(Alarm):
    """Tells the interrupt controller of an interrupt that was before the save."""

    def restored(self) -> None:
        self.irq.set(False)
        self.irq.set(self.state.rung)


class Keeping(Alarm):
    """Keeps what was sent to it, over a reset."""

    def reset(self) -> None:
        note = self.state.note
        super().reset()
        self.state.note = note


#: The law that each of them breaks.
MUTANTS: list[tuple[str, type[Alarm]]] = [
    ("known", Slow),
    ("reference", Slow),
    ("answers", TooWide),
    ("answers", Raising),
    ("bounded", Looping),
    ("bounded", Growing),
    ("transparent", Stale),
    ("engines", Miscompiled),
    ("transparent", Second),
    ("engines", Second),
    ("contended", Split),
    ("any_state", Miscompiled),
    ("kernel", Miscompiled),
    ("deadlines", Late),
    ("deadlines", Early),
    ("deadlines", Insistent),
    ("deadlines", Unasked),
    ("advanced", Late),
    ("advanced", Counting),
    ("late", Forgetful),
    ("saved", Apart),
    ("saved", Noisy),
    ("reset", Keeping),
    ("known", Quiet),
]
