# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scale
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices.pic import (
    Pic,
    PicChip,
    end_of_interrupt,
    number_of,
    wins,
)
from lightexit.rigs.rig import Rig
from lightexit.rigs.runners import plain

LAW = settings(derandomize=True, deadline=None, max_examples=scale.full(300))
EOI, ROTATE_EOI, READ_IRR, READ_ISR, POLL = 0x20, 0xA0, 0x0A, 0x0B, 0x0C
SPECIAL_MASK, NORMAL_MASK = 0x68, 0x48


class Bench:
    """A PIC pair as a PC's firmware sets it up: vectors 0x20 and 0x28, nothing masked."""

    def __init__(self, icw4: int = 1, slave_icw4: int = 1) -> None:
        self.pic = Pic(ManualClock(), Line())
        self.rig = rig_of(self.pic)
        self.out(0x20, 0x11)
        self.out(0x21, 0x20, 0x04, icw4)
        self.out(0xA0, 0x11)
        self.out(0xA1, 0x28, 0x02, slave_icw4)

    def out(self, port: int, *values: int) -> None:
        for value in values:
            self.rig.outb(port, value)

    def raise_irq(self, *numbers: int) -> None:
        for number in numbers:
            self.pic.input(number).set(True)

    def drop(self, *numbers: int) -> None:
        for number in numbers:
            self.pic.input(number).set(False)

    def select(self, port: int, command: int) -> int:
        self.out(port, command)
        return self.rig.inb(port)

    def irr(self, port: int = 0x20) -> int:
        return self.select(port, READ_IRR)

    def isr(self, port: int = 0x20) -> int:
        return self.select(port, READ_ISR)

    def acknowledge_all(self, most: int = 20) -> list[int]:
        """Vectors in the order of service, each ended by non-specific EOIs."""
        vectors: list[int] = []
        while self.pic.intr.level and len(vectors) < most:
            vectors.append(self.pic.acknowledge())
            self.out(0xA0, EOI)
            self.out(0x20, EOI)
        return vectors


def rig_of(pic: Pic) -> Rig:
    inputs = {
        (f"pic{number >> 3}", number & 7): pic.input(number) for number in range(16) if number != 2
    }
    calls = {"intack": pic.acknowledge}
    return Rig(ManualClock(), [pic], outputs={0: pic.intr}, inputs=inputs, calls=calls)


chips = st.builds(
    lambda irr, imr, isr, lowest, special, nesting: chip_of(
        irr=irr, imr=imr, isr=isr, lowest=lowest, special_mask=special, nesting=nesting
    ),
    *[st.integers(0, 255)] * 3,
    st.integers(0, 7),
    st.booleans(),
    st.sampled_from([0, 4]),
)


def chip_of(**fields: int) -> PicChip:
    chip = PicChip()
    for name, value in fields.items():
        setattr(chip, name, value)
    return chip


def winner(chip: PicChip) -> int | None:
    """The data sheet's words: down the priorities, until something is in service."""
    for step in range(8):
        number = (chip.lowest + 1 + step) & 7
        bit = 1 << number
        masked = chip.imr & bit
        in_service = chip.isr & bit and not (chip.special_mask and masked)
        requested = chip.irr & bit and not masked
        if requested and (not in_service or chip.nesting & bit):
            return number
        if in_service:
            return None
    return None


@LAW
@given(chips)
def test_the_request_that_wins(chip: PicChip) -> None:
    first = wins(chip, chip.imr, chip.isr)
    assert (number_of(chip, first) if first else None) == winner(chip)


@LAW
@given(chips, st.integers(0, 7))
def test_an_eoi_ends_one_service(chip: PicChip, level: int) -> None:
    assert end_of_interrupt(chip, 0x60 | level) == chip.isr & ~(1 << level)
    ends = [
        bit
        for step in range(8)
        if chip.isr & (bit := 1 << (chip.lowest + 1 + step & 7))
        and not (chip.special_mask and chip.imr & bit)
    ]
    assert end_of_interrupt(chip, EOI) == chip.isr & ~(ends[0] if ends else 0)


@LAW
@given(st.sets(st.sampled_from([n for n in range(16) if n != 2])))
def test_every_request_is_served_once_in_order_of_priority(numbers: set[int]) -> None:
    bench = Bench()
    bench.raise_irq(*sorted(numbers, reverse=True))
    order = [0, 1, *range(8, 16), *range(3, 8)]
    assert bench.acknowledge_all() == [0x20 + n for n in order if n in numbers]


def test_a_higher_request_interrupts_a_lower_one() -> None:
    bench = Bench()
    bench.raise_irq(5)
    assert bench.pic.acknowledge() == 0x25
    bench.raise_irq(6)
    assert not bench.pic.intr.level
    bench.raise_irq(1)
    assert bench.pic.acknowledge() == 0x21
    assert bench.isr() == 0b100010
    bench.out(0x20, EOI)
    assert bench.isr() == 0b100000
    bench.out(0x20, EOI)
    assert bench.pic.acknowledge() == 0x26


def test_an_edge_is_one_request_and_a_level_many() -> None:
    bench = Bench()
    bench.out(0x4D0, 0x20)
    bench.raise_irq(3, 5)
    assert bench.acknowledge_all(most=4) == [0x23, 0x25, 0x25, 0x25]
    bench.drop(5)
    assert bench.irr() == 0
    assert not bench.pic.intr.level


def test_a_request_that_drops_before_the_acknowledge_is_spurious() -> None:
    bench = Bench()
    bench.raise_irq(3)
    bench.drop(3)
    assert not bench.pic.intr.level
    assert bench.pic.acknowledge() == 0x27
    assert bench.isr() == 0


def test_a_slave_request_that_drops_is_spurious_on_the_master() -> None:
    bench = Bench()
    bench.raise_irq(11)
    assert bench.pic.intr.level
    bench.drop(11)
    assert bench.pic.acknowledge() == 0x27


def test_a_slave_without_a_request_answers_with_its_own_ir7() -> None:
    bench = Bench()
    bench.pic.state.chips[0].irr = 4  # the wire between the chips is slower than the CPU
    assert bench.pic.acknowledge() == 0x2F
    assert (bench.isr(), bench.isr(0xA0)) == (4, 0)


def test_the_cascade() -> None:
    bench = Bench()
    bench.raise_irq(12)
    assert bench.irr() == 4
    assert bench.irr(0xA0) == 0x10
    assert bench.pic.acknowledge() == 0x2C
    assert (bench.isr(), bench.isr(0xA0)) == (4, 0x10)
    bench.raise_irq(9)
    assert not bench.pic.intr.level, "the master is fully nested: IR2 locks the slave out"
    bench.out(0x20, EOI)
    assert bench.pic.acknowledge() == 0x29


def test_special_fully_nested_mode_lets_the_slave_nest() -> None:
    bench = Bench(icw4=0x11)
    bench.raise_irq(12)
    bench.pic.acknowledge()
    bench.raise_irq(3)
    assert not bench.pic.intr.level, "lower ones stay locked out"
    bench.raise_irq(9)
    assert bench.pic.acknowledge() == 0x29


def test_special_mask_mode_opens_all_but_the_masked() -> None:
    bench = Bench()
    bench.raise_irq(1)
    bench.pic.acknowledge()
    bench.out(0x21, 0x02)
    bench.raise_irq(6)
    assert not bench.pic.intr.level
    bench.out(0x20, SPECIAL_MASK)
    assert bench.pic.acknowledge() == 0x26
    bench.out(0x20, EOI, EOI)
    assert bench.isr() == 0x02, "a non-specific EOI does not touch the masked one"
    bench.out(0x20, 0x61)
    assert bench.isr() == 0
    bench.out(0x20, NORMAL_MASK)


def test_rotation() -> None:
    bench = Bench()
    bench.raise_irq(0, 4)
    bench.pic.acknowledge()
    bench.out(0x20, ROTATE_EOI)
    bench.drop(0)
    bench.raise_irq(0)
    assert bench.acknowledge_all() == [0x24, 0x20]
    bench.out(0x20, 0xC5)
    bench.drop(0, 4)
    bench.raise_irq(0, 6, 4)
    assert bench.acknowledge_all() == [0x26, 0x20, 0x24]
    bench.raise_irq(7)
    bench.pic.acknowledge()
    bench.out(0x20, 0xE7)
    assert bench.isr() == 0
    bench.drop(0, 7)
    bench.raise_irq(0, 7)
    assert bench.acknowledge_all() == [0x20, 0x27]


def test_automatic_eoi_and_its_rotation() -> None:
    bench = Bench(icw4=3, slave_icw4=3)
    bench.out(0x20, 0x80)
    bench.raise_irq(1)
    assert bench.pic.acknowledge() == 0x21
    assert bench.isr() == 0
    bench.drop(1)
    bench.raise_irq(1, 3)
    assert [bench.pic.acknowledge() for _ in range(2)] == [0x23, 0x21]
    bench.out(0x20, 0x00)
    bench.raise_irq(9, 10)
    assert [bench.pic.acknowledge() for _ in range(2)] == [0x29, 0x2A]
    assert not bench.pic.intr.level


@pytest.mark.parametrize("port", [0x20, 0x21])
def test_the_next_read_after_a_poll_command_acknowledges(port: int) -> None:
    bench = Bench()
    bench.raise_irq(5)
    bench.out(0x20, POLL)
    assert bench.rig.inb(port) == 0x85
    assert bench.isr() == 0x20
    assert bench.rig.inb(0x21) == 0
    bench.out(0x20, POLL)
    assert bench.rig.inb(0x20) == 0


def test_masks_hide_and_keep_requests() -> None:
    bench = Bench()
    bench.out(0x21, 0xFF)
    bench.raise_irq(4)
    assert (bench.pic.intr.level, bench.irr(), bench.rig.inb(0x21)) == (False, 0x10, 0xFF)
    bench.out(0x21, 0xEF)
    assert bench.pic.acknowledge() == 0x24


def test_icw1_starts_anew_and_wants_a_new_edge() -> None:
    bench = Bench()
    bench.out(0x4D0, 0x20)
    bench.out(0x21, 0xC3)
    bench.raise_irq(3, 5, 6)
    bench.pic.acknowledge()
    bench.out(0x20, 0x11)
    assert (bench.irr(), bench.isr(), bench.pic.state.chips[0].imr) == (0x20, 0, 0)
    bench.out(0x21, 0x40, 4, 1)
    assert bench.rig.inb(0x21) == 0
    bench.drop(3, 5)
    bench.raise_irq(3)
    assert bench.pic.acknowledge() == 0x43


@pytest.mark.parametrize(("icw1", "words"), [(0x11, 3), (0x10, 2), (0x13, 2), (0x12, 1)])
def test_icw1_says_how_many_words_follow(icw1: int, words: int) -> None:
    bench = Bench()
    bench.out(0x20, icw1)
    bench.out(0x21, *[0x08] * words)
    assert bench.rig.inb(0x21) == 0
    bench.out(0x21, 0x5A)
    assert bench.rig.inb(0x21) == 0x5A


def test_elcr_keeps_the_bits_of_lines_that_can_be_level_triggered() -> None:
    bench = Bench()
    bench.out(0x4D0, 0xFF)
    bench.out(0x4D1, 0xFF)
    assert (bench.rig.inb(0x4D0), bench.rig.inb(0x4D1)) == (0xF8, 0xDE)
    bench.raise_irq(10)
    assert bench.pic.intr.level
    bench.out(0x4D1, 0)
    assert (bench.irr(0xA0), bench.pic.intr.level) == (0, False)


def test_reset_keeps_the_wires() -> None:
    bench = Bench()
    bench.raise_irq(4)
    bench.out(0x4D0, 0xFF)
    bench.out(0xA0, 0x11)
    bench.pic.reset()
    assert (bench.rig.inb(0x4D0), bench.irr(), bench.pic.intr.level) == (0, 0, False)
    assert all(chip.next_icw == 0 for chip in bench.pic.state.chips)
    bench.drop(4)
    bench.raise_irq(4)
    assert bench.pic.intr.level


def test_the_filter_answers_a_kernel_s_interrupt() -> None:
    bench = Bench()
    bench.rig.run_by(plain)
    bench.raise_irq(0)
    assert bench.pic.acknowledge() == 0x20
    passed = bench.rig.passed
    bench.out(0x21, 0x01)
    bench.rig.inb(0x21)
    bench.out(0x20, 0x60)
    bench.out(0x21, 0x00)
    assert bench.rig.passed == passed
    bench.drop(0)
    bench.raise_irq(0, 4)
    bench.pic.acknowledge()
    bench.out(0x20, EOI)
    assert bench.rig.passed == passed + 1, "another request is waiting: INT rises"
    assert bench.pic.acknowledge() == 0x24
