# SPDX-License-Identifier: Apache-2.0
"""The local APIC by the manual (Intel SDM volume 3, chapter 11): priorities, errors, the timer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scale
from lightexit.abi import Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.bus.region import GeneralProtectionError
from lightexit.devices.local_apic import EXTERNAL, LocalApic
from lightexit.devices.local_apic_registers import SIZE, ErrorBit, LocalApicReg
from lightexit.devices.local_apic_timer import Tsc
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.errors import AuthorError
from lightexit.filter import ApicFlag, ApicMode
from lightexit.rigs.rig import Rig, Runner
from lightexit.rigs.runners import in_engine, native_bus, plain
from lightexit.rigs.wiring import HeardApic
from lightexit.runtime.layout import CR8
from lightexit.vm.apics import ApicBus
from lightexit.vm.places import LOCAL_APIC as BASE

QUICK = settings(derandomize=True, deadline=None, max_examples=scale.full(100))
RUNNERS = [None, plain, in_engine(InterpreterEngine()), native_bus]
ENABLE, SELF, MASKED, PERIODIC, EXTINT = 0x1FF, 1 << 18, 1 << 16, 1 << 17, 7 << 8
LINT_LEVEL, REMOTE_IRR = 1 << 15, 1 << 14
LEVEL, SPURIOUS = ApicFlag.LEVEL, 0xFF


class Bench:
    """A local APIC; `sent` is what it gave to the APIC bus, `signals` what it had for its CPU."""

    def __init__(self, runner: Runner | None = None, *, enabled: bool = True) -> None:
        self.sent: list[tuple[int, ...]] = []
        self.signals: list[tuple[int, int]] = []
        clock = ManualClock()
        apic = HeardApic(lambda _, what: self.sent.append(what))
        self.apic = LocalApic(clock, Line(), apic, lambda *told: self.signals.append(told))
        self.rig = Rig(clock, [self.apic], runner=runner, apic=apic)
        if enabled:
            self.write(LocalApicReg.SVR, ENABLE)

    def read(self, register: int) -> int:
        return self.rig.read(Space.MMIO, BASE + register, 4)

    def write(self, register: int, value: int = 0) -> None:
        self.rig.write(Space.MMIO, BASE + register, value, 4)

    def end(self) -> None:
        self.write(LocalApicReg.EOI)

    def vectors(self, register: int) -> set[int]:
        words = [self.read(register + 0x10 * number) for number in range(8)]
        return {vector for vector in range(256) if words[vector // 32] >> vector % 32 & 1}

    def errors(self) -> int:
        self.write(LocalApicReg.ESR)
        return self.read(LocalApicReg.ESR)


class Sheet:
    """Sections 11.8.3 and 11.8.4 in so many words."""

    def __init__(self) -> None:
        self.irr: set[int] = set()
        self.isr: set[int] = set()
        self.levels: set[int] = set()
        self.tpr = 0

    def priority(self) -> int:
        serving = max(self.isr, default=0)
        return self.tpr if self.tpr >> 4 >= serving >> 4 else serving & 0xF0

    def next(self) -> int | None:
        first = max(self.irr, default=0)
        return first if first >> 4 > self.priority() >> 4 else None


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("accept"), st.integers(16, 255), st.booleans()),
        st.tuples(st.just("tpr"), st.integers(0, 255)),
        st.sampled_from([("take",), ("end",), ("look",)]),
    ),
    max_size=40,
)


@pytest.mark.parametrize("runner", RUNNERS)
@QUICK
@given(STEPS)
def test_the_highest_request_above_the_processor_priority_is_taken(
    runner: Runner | None, steps: list[tuple[str, int, bool]]
) -> None:
    bench, sheet = Bench(runner), Sheet()
    ended: list[tuple[int, ...]] = []
    for name, *values in steps:
        if name == "accept":
            vector, is_level = values
            bench.apic.take(vector, LEVEL if is_level else 0)
            sheet.irr.add(vector)
            (sheet.levels.add if is_level else sheet.levels.discard)(vector)
        elif name == "tpr":
            sheet.tpr = values[0]
            bench.write(LocalApicReg.TPR, sheet.tpr)
        elif name == "take" and (taken := sheet.next()) is not None:
            assert bench.apic.acknowledge() == taken
            sheet.irr.remove(taken)
            sheet.isr.add(taken)
        elif name == "end":
            bench.end()
            served = max(sheet.isr, default=0)
            sheet.isr.discard(served)
            ended += [(served,)] * (served in sheet.levels)
        assert bench.apic.intr.level == (sheet.next() is not None)
        assert bench.read(LocalApicReg.PPR) == sheet.priority()
        assert bench.sent == ended
    assert bench.vectors(LocalApicReg.IRR0) == sheet.irr
    assert bench.vectors(LocalApicReg.ISR0) == sheet.isr
    assert bench.vectors(LocalApicReg.TMR0) == sheet.levels


def test_what_priorities_forbid_meanwhile_is_spurious() -> None:
    bench = Bench()
    bench.apic.take(0x45, 0)
    bench.write(LocalApicReg.TPR, 0x40)
    assert not bench.apic.intr.level
    assert bench.apic.acknowledge() == SPURIOUS
    assert bench.vectors(LocalApicReg.ISR0) == set()


def test_disabled_it_accepts_nothing_masks_its_table_and_lets_intr_through() -> None:
    bench = Bench()
    bench.write(LocalApicReg.LVT_TIMER, 0x41)
    bench.apic.take(0x45, 0)
    bench.write(LocalApicReg.SVR, SPURIOUS)
    bench.apic.take(0x52, 0)
    bench.write(LocalApicReg.LVT_TIMER, 0x41)
    assert bench.read(LocalApicReg.LVT_TIMER) == MASKED | 0x41
    assert bench.vectors(LocalApicReg.IRR0) == {0x45}
    assert not bench.apic.intr.level
    bench.apic.lint0.set(True)
    assert bench.apic.acknowledge() == EXTERNAL
    bench.apic.lint0.set(False)
    bench.write(LocalApicReg.SVR, ENABLE)
    assert bench.apic.acknowledge() == 0x45


@pytest.mark.parametrize(("entry", "reaches"), [(EXTINT, True), (MASKED | EXTINT, False)])
def test_intr_reaches_the_cpu_where_lint0_says_so(entry: int, reaches: bool) -> None:
    bench = Bench()
    bench.apic.lint0.set(True)
    assert not bench.apic.intr.level
    bench.write(LocalApicReg.LVT_LINT0, entry)
    assert bench.apic.intr.level is reaches


def test_an_nmi_comes_by_lint1_and_by_messages() -> None:
    bench = Bench()
    bench.write(LocalApicReg.LVT_LINT1, ApicMode.NMI << 8)
    bench.apic.lint1.set(True)
    bench.apic.take(0, ApicMode.NMI)
    bench.write(LocalApicReg.ICR_LOW, ApicMode.NMI << 8)
    assert bench.signals == [(ApicMode.NMI, 0)] * 3


def test_commands_go_to_whom_they_are_for() -> None:
    bench = Bench()
    bench.write(LocalApicReg.ICR_LOW, SELF | 0x41)
    bench.write(LocalApicReg.ICR_LOW, 3 << 18 | 0x42)
    bench.write(LocalApicReg.ICR_LOW, 2 << 18 | 0x43)
    bench.write(LocalApicReg.ICR_HIGH, 5 << 24)
    bench.write(LocalApicReg.ICR_LOW, 0x44)
    assert bench.vectors(LocalApicReg.IRR0) == {0x41, 0x43}
    assert bench.sent == [(0xFF, 0x42, 0), (0xFF, 0x43, 0), (5, 0x44, 0)]


def test_destinations() -> None:
    bench = Bench()
    assert bench.apic.is_meant(0, False)
    assert bench.apic.is_meant(0xFF, False)
    assert not bench.apic.is_meant(1, False)
    bench.write(LocalApicReg.LDR, 0x14 << 24)
    assert bench.apic.is_meant(0x90, True)
    assert not bench.apic.is_meant(0x82, True)
    bench.write(LocalApicReg.DFR, 0)
    assert bench.apic.is_meant(0x16, True)
    assert not bench.apic.is_meant(0x24, True)


def test_errors_are_told_from_write_to_write_and_interrupt() -> None:
    bench = Bench()
    bench.write(LocalApicReg.LVT_ERROR, 0xFE)
    bench.write(LocalApicReg.ICR_LOW, SELF | 5)
    assert bench.apic.acknowledge() == 0xFE
    bench.apic.take(5, 0)
    assert bench.read(0x40) == 0
    bench.write(0x3F0)
    assert bench.read(LocalApicReg.ESR) == 0
    everything = ErrorBit.SEND_ILLEGAL | ErrorBit.RECEIVE_ILLEGAL | ErrorBit.ILLEGAL_REGISTER
    assert bench.errors() == everything
    assert bench.errors() == 0
    assert bench.vectors(LocalApicReg.IRR0) == {0xFE}


def test_the_timer_counts_down_once_or_again_and_again() -> None:
    bench = Bench()
    bench.write(LocalApicReg.DIVIDE, 0b0011)  # by 16
    bench.write(LocalApicReg.LVT_TIMER, 0x41)
    bench.write(LocalApicReg.INITIAL_COUNT, 100)
    bench.rig.wait(1599)
    assert (bench.read(LocalApicReg.CURRENT_COUNT), bench.apic.intr.level) == (1, False)
    bench.rig.wait(1)
    assert (bench.read(LocalApicReg.CURRENT_COUNT), bench.apic.intr.level) == (0, True)
    assert bench.apic.next_wakeup() is None
    bench.write(LocalApicReg.LVT_TIMER, PERIODIC | 0x41)
    assert bench.read(LocalApicReg.CURRENT_COUNT) == 0
    bench.write(LocalApicReg.INITIAL_COUNT, 100)
    bench.rig.clock.advance(1600 * 10**9 + 800)
    assert bench.read(LocalApicReg.CURRENT_COUNT) == 50
    bench.write(LocalApicReg.DIVIDE, 0b1011)  # by 1: the count goes on from there
    assert bench.read(LocalApicReg.CURRENT_COUNT) == 50
    bench.write(LocalApicReg.LVT_TIMER, 0x41)
    bench.rig.wait(49)
    assert bench.read(LocalApicReg.CURRENT_COUNT) == 1


def test_as_firmware_leaves_it() -> None:
    apic = HeardApic(lambda *_: None)
    left = LocalApic(ManualClock(), Line(), apic, lambda *_: None, virtual_wire=True)
    left.lint0.set(True)
    assert left.acknowledge() == EXTERNAL
    left.take(0x41, 0)
    left.lint0.set(False)
    assert left.acknowledge() == 0x41


@pytest.mark.parametrize("runner", RUNNERS)
def test_a_level_at_lint0_is_one_request_until_its_eoi(runner: Runner | None) -> None:
    bench = Bench(runner)
    bench.write(LocalApicReg.LVT_LINT0, LINT_LEVEL | 0x45)
    bench.apic.lint0.set(True)
    for _ in range(2):
        assert bench.apic.acknowledge() == 0x45
        assert bench.read(LocalApicReg.LVT_LINT0) == REMOTE_IRR | LINT_LEVEL | 0x45
        assert not bench.apic.intr.level
        bench.end()
    assert bench.apic.acknowledge() == 0x45
    bench.apic.lint0.set(False)
    bench.end()
    assert bench.read(LocalApicReg.LVT_LINT0) == LINT_LEVEL | 0x45
    assert not bench.apic.intr.level
    bench.write(LocalApicReg.LVT_LINT0, MASKED | LINT_LEVEL | 0x45)
    bench.apic.lint0.set(True)
    bench.write(LocalApicReg.LVT_LINT0, LINT_LEVEL | 0x45)
    assert bench.apic.intr.level


def read_msr(bench: Bench, number: int) -> int:
    return bench.rig.read(Space.MSR, number, 8)


def write_msr(bench: Bench, number: int, value: int) -> None:
    bench.rig.write(Space.MSR, number, value, 8)


@pytest.mark.parametrize("runner", RUNNERS)
def test_registers_are_where_the_base_says(runner: Runner | None) -> None:
    bench = Bench(runner)
    assert read_msr(bench, 0x1B) == 0xFEE0_0900
    write_msr(bench, 0x80F, 0)
    write_msr(bench, 0x1B, BASE | 0x400)
    assert bench.read(LocalApicReg.SVR) == ENABLE
    write_msr(bench, 0x1B, BASE | 0xC00)
    assert bench.read(LocalApicReg.SVR) == 0xFFFF_FFFF
    assert [read_msr(bench, each) for each in (0x802, 0x80D, 0x80F)] == [0, 1, ENABLE]
    write_msr(bench, 0x83F, 0x41)
    write_msr(bench, 0x830, 7 << 32 | SELF | 0x52)
    assert read_msr(bench, 0x830) == 7 << 32 | SELF | 0x52
    assert (bench.apic.acknowledge(), read_msr(bench, 0x80A)) == (0x52, 0x50)
    write_msr(bench, 0x80B, 0)
    write_msr(bench, 0x80B, 0)
    assert bench.apic.acknowledge() == 0x41
    write_msr(bench, 0x830, 0x1_0002 << 32 | 1 << 11 | 0x44)
    assert bench.sent == [(0x1_0002, 0x44, ApicFlag.LOGICAL)]
    assert bench.apic.is_meant(0x1, True)
    assert not bench.apic.is_meant(0x1_0001, True)
    write_msr(bench, 0x1B, BASE | 0x800)
    assert read_msr(bench, 0x1B) == 0xFEE0_0D00
    write_msr(bench, 0x1B, BASE)
    assert not bench.apic.is_meant(0xFF, False)
    bench.apic.lint1.set(True)
    assert bench.signals == [(ApicMode.NMI, 0)]
    write_msr(bench, 0x1B, BASE | 0x800)
    assert bench.read(LocalApicReg.SVR) == SPURIOUS


#: By the bits of the base: MSRs that are refused, and what is written (None: they are read).
REFUSED = {
    "in memory": (
        0x800,
        [
            *((number, None) for number in (0x802, 0x808, 0x80B, 0x830, 0x83F, 0x6E0)),
            *((number, 0) for number in (0x808, 0x80B, 0x6E0)),
            *((0x1B, BASE | 0x800 | bits) for bits in (1, 1 << 9, 1 << 32, 1 << 36, 1 << 63)),
            *((0x1B, wanted) for wanted in (0x800, BASE | 0x400, BASE - 0x1000 | 0x800)),
        ],
    ),
    "in MSRs": (
        0xC00,
        [
            *((number, None) for number in (0x80B, 0x83F)),
            *((number, 0) for number in (0x802, 0x803, 0x80A, 0x80D, 0x810, 0x818, 0x820, 0x839)),
            *((number, 1) for number in (0x80B, 0x828)),
            *((number, 1 << 32) for number in (0x808, 0x80F, 0x832, 0x838, 0x83E, 0x83F)),
            *((0x808, 0x100), (0x80F, 0x1000), (0x83E, 4), (0x83F, 0x100), (0x832, 1 << 18)),
            *((0x830, 1 << bit) for bit in (13, 16, 17, 20, 31)),
            *((0x837, 0x700), (0x1B, BASE | 0x800), (0x1B, BASE | 0x400)),
        ],
    ),
    "nowhere": (
        0,
        [(0x802, None), (0x80B, 0), (0x1B, BASE | 0x400), (0x1B, BASE | 0xC00)],
    ),
}


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("mode", REFUSED)
def test_what_an_msr_refuses_changes_nothing(mode: str, runner: Runner | None) -> None:
    bits, accesses = REFUSED[mode]
    bench = Bench(runner)
    write_msr(bench, 0x1B, BASE | bits)
    before = bytes(bench.apic.state)
    for number, value in accesses:
        at = number + SIZE
        if value is None:
            with pytest.raises(GeneralProtectionError):
                bench.apic.read(at, 8)
            assert read_msr(bench, number) == (1 << 64) - 1
        else:
            with pytest.raises(GeneralProtectionError):
                bench.apic.write(at, value, 8)
            write_msr(bench, number, value)
        assert bytes(bench.apic.state) == before, hex(number)


def test_bits_that_mean_nothing_are_not_refused() -> None:
    bench = Bench()
    write_msr(bench, 0x1B, BASE | 0xC00)
    for number, value, found in (
        (0x80F, 0x3FF, 0x1FF),
        (0x835, 0x15000, 0x10000),
        (0x830, 1 << 12, 0),
        (0x1B, BASE | 0xC00, BASE | 0xD00),
    ):
        write_msr(bench, number, value)
        assert read_msr(bench, number) == found


@pytest.mark.parametrize("runner", RUNNERS)
def test_cr8_is_the_upper_half_of_tpr(runner: Runner | None) -> None:
    bench = Bench(runner)
    bench.write(LocalApicReg.TPR, 0x5A)
    assert bench.rig.read(Space.MMIO, CR8, 8) == 5
    bench.apic.take(0x4F, 0)
    bench.rig.write(Space.MMIO, CR8, 4, 8)
    assert (bench.read(LocalApicReg.TPR), bench.apic.intr.level) == (0x40, False)
    bench.rig.write(Space.MMIO, CR8, 3, 8)
    assert bench.apic.intr.level
    write_msr(bench, 0x1B, BASE)
    bench.rig.write(Space.MMIO, CR8, 7, 8)
    assert bench.rig.read(Space.MMIO, CR8, 8) == 7
    for at, size in ((CR8, 4), (CR8 + 1, 1), (CR8 + 4, 4)):
        bench.rig.write(Space.MMIO, at, 0xFF, size)
        assert bench.rig.read(Space.MMIO, at, size) == 0
    assert bench.rig.read(Space.MMIO, CR8, 8) == 7


def test_the_page_goes_where_the_base_says_unless_it_cannot() -> None:
    told: list[tuple[int, bool]] = []

    def place(to: int, is_on: bool) -> None:
        if to == 0:
            raise AuthorError("there is memory")
        told.append((to, is_on))

    apic = LocalApic(
        ManualClock(), Line(), HeardApic(lambda *_: None), lambda *_: None, place=place
    )
    apic.write(LocalApicReg.BASE, 0xD000_0800, 8)
    apic.write(LocalApicReg.BASE, 0xD000_0C00, 8)
    with pytest.raises(GeneralProtectionError):
        apic.write(LocalApicReg.BASE, 0xC00, 8)
    apic.initialize()
    saved = apic.save()
    apic.write(LocalApicReg.BASE, 0xD000_0000, 8)
    assert apic.read(LocalApicReg.BASE, 8) == 0xD000_0100
    apic.reset()
    apic.reset()
    apic.restore(saved)
    assert apic.read(LocalApicReg.BASE, 8) == 0xD000_0D00
    moved, back = (0xD000_0000, True), (BASE, True)
    assert told == [moved, (0xD000_0000, False), back, moved]


def test_a_deadline_is_one_of_the_tsc() -> None:
    clock = ManualClock()
    apic = HeardApic(lambda *_: None)
    tsc = Tsc(lambda: 5000 + 3 * clock.now_ns(), 3_000_000)
    timed = LocalApic(clock, Line(), apic, lambda *_: None, tsc=tsc)
    timed.write(LocalApicReg.SVR, ENABLE, 4)
    timed.write(LocalApicReg.DEADLINE, 8000, 8)
    assert timed.read(LocalApicReg.DEADLINE, 8) == 0
    timed.write(LocalApicReg.LVT_TIMER, 1 << 18 | 0x41, 4)
    timed.write(LocalApicReg.DEADLINE, 8001, 8)
    assert timed.next_wakeup() == 1001
    assert timed.read(LocalApicReg.CURRENT_COUNT, 4) == 0
    assert timed.read(LocalApicReg.DEADLINE, 8) == 8001
    clock.advance(1001)
    assert timed.read(LocalApicReg.DEADLINE, 8) == 0
    assert timed.acknowledge() == 0x41
    timed.write(LocalApicReg.EOI, 0, 4)
    timed.write(LocalApicReg.DEADLINE, 1, 8)
    assert timed.acknowledge() == 0x41


def test_after_an_init_it_keeps_its_id_and_where_its_registers_are() -> None:
    bench = Bench()
    bench.write(LocalApicReg.ID, 5 << 24)
    bench.apic.take(0x45, 0)
    bench.apic.initialize()
    assert bench.read(LocalApicReg.ID) == 5 << 24
    assert bench.read(LocalApicReg.SVR) == SPURIOUS
    assert not bench.apic.intr.level


def test_of_lowest_priority_is_who_has_least_to_do() -> None:
    clock, bus = ManualClock(), Bus(ManualClock())
    apics = ApicBus(bus, lambda: None)
    heard = HeardApic(lambda *_: None)
    first, second = (LocalApic(clock, Line(), heard, lambda *_: None, number=n) for n in (0, 1))
    for each in (first, second):
        apics.add_local(each)
        each.write(LocalApicReg.SVR, ENABLE, 4)
        each.write(LocalApicReg.LDR, 1 << 24, 4)
    first.write(LocalApicReg.TPR, 0x20, 4)
    apics.send(1, 0x45, ApicMode.LOWEST_PRIORITY | ApicFlag.LOGICAL)
    assert (first.state.requested, second.state.requested) == (0, 0x45)
    second.write(LocalApicReg.TPR, 0x30, 4)
    apics.send(1, 0x46, ApicMode.LOWEST_PRIORITY | ApicFlag.LOGICAL, sender=first)
    assert (first.state.requested, second.state.requested) == (0x46, 0x45)
    apics.send(0xFF, 0x47, ApicMode.FIXED, sender=first)
    assert (first.state.requested, second.state.requested) == (0x46, 0x47)
