# SPDX-License-Identifier: Apache-2.0
"""Laws of the keyboard controller and its keyboard."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices.ps2 import QUEUE_SIZE, ControllerCommand, KeyboardByte, Mode, Ps2, Ps2Status
from lightexit.rigs.rig import Rig
from lightexit.rigs.runners import plain

DATA, COMMAND = 0x60, 0x64
IRQ1, IRQ12, A20, RESET = 1, 12, 20, 99


class Guest:
    """Works the controller's two ports."""

    def __init__(self) -> None:
        clock = ManualClock()
        lines = {number: Line() for number in (IRQ1, IRQ12, A20, RESET)}
        self.ps2 = Ps2(clock, *lines.values())
        self.rig = Rig(clock, [self.ps2], outputs=lines, runner=plain)

    def command(self, command: int, *data: int) -> None:
        self.rig.outb(COMMAND, command)
        for byte in data:
            self.rig.outb(DATA, byte)

    def keyboard(self, *data: int) -> list[int]:
        for byte in data:
            self.rig.outb(DATA, byte)
        return self.drain()

    def drain(self) -> list[int]:
        found = []
        while self.rig.inb(COMMAND) & Ps2Status.OUTPUT_FULL:
            found.append(self.rig.inb(DATA))
        return found

    def levels(self, number: int) -> list[bool]:
        return [level for _, line, level in self.rig.edges if line == number]


@pytest.fixture
def guest() -> Guest:
    return Guest()


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (ControllerCommand.SELF_TEST, 0x55),
        (ControllerCommand.KEYBOARD_TEST, 0x00),
        (ControllerCommand.AUX_TEST, 0x00),
        (ControllerCommand.READ_MODE, Mode.TRANSLATE | Mode.KEYBOARD_IRQ),
        (ControllerCommand.READ_INPUT_PORT, 0x80),
    ],
)
def test_controller_commands_answer(guest: Guest, command: int, answer: int) -> None:
    guest.command(command)
    assert guest.drain() == [answer]


def test_the_self_test_sets_the_system_flag(guest: Guest) -> None:
    assert not guest.rig.inb(COMMAND) & Ps2Status.SYSTEM
    guest.command(ControllerCommand.SELF_TEST)
    assert guest.rig.inb(COMMAND) & Ps2Status.SYSTEM


@given(st.integers(0, 255))
@settings(derandomize=True, deadline=None)
def test_the_command_byte_reads_back(mode: int) -> None:
    guest = Guest()
    guest.command(ControllerCommand.WRITE_MODE, mode)
    guest.command(ControllerCommand.READ_MODE)
    assert guest.drain() == [mode]


def test_the_status_distinguishes_commands_from_data(guest: Guest) -> None:
    guest.command(ControllerCommand.KEYBOARD_ENABLE)
    assert guest.rig.inb(COMMAND) & Ps2Status.COMMAND
    guest.rig.outb(DATA, KeyboardByte.ENABLE)
    assert not guest.rig.inb(COMMAND) & Ps2Status.COMMAND


@pytest.mark.parametrize(
    ("sent", "answers"),
    [
        ([KeyboardByte.RESET], [KeyboardByte.ACK, KeyboardByte.TEST_PASSED]),
        ([KeyboardByte.IDENTIFY], [KeyboardByte.ACK, 0xAB, 0x41]),
        ([KeyboardByte.SET_LEDS, 0x07], [KeyboardByte.ACK, KeyboardByte.ACK]),
        ([KeyboardByte.SET_RATE, 0x20], [KeyboardByte.ACK, KeyboardByte.ACK]),
        ([KeyboardByte.SCAN_SET, 0x02], [KeyboardByte.ACK, KeyboardByte.ACK]),
        ([KeyboardByte.ECHO], [KeyboardByte.ECHO]),
        ([KeyboardByte.SCAN_SET, 0x00], [KeyboardByte.ACK, KeyboardByte.ACK, 0x41]),
        (
            [KeyboardByte.SCAN_SET, 0x01, KeyboardByte.SCAN_SET, 0x00],
            [KeyboardByte.ACK] * 4 + [0x43],
        ),
        (
            [KeyboardByte.SCAN_SET, 0x03, KeyboardByte.SCAN_SET, 0x00],
            [KeyboardByte.ACK] * 4 + [0x3F],
        ),
        (
            [KeyboardByte.SCAN_SET, 0x03, KeyboardByte.RESET],
            [KeyboardByte.ACK, KeyboardByte.ACK, KeyboardByte.ACK, KeyboardByte.TEST_PASSED],
        ),
        ([KeyboardByte.SCAN_SET, 0x04], [KeyboardByte.ACK, KeyboardByte.RESEND]),
        (
            [KeyboardByte.SET_LEDS, KeyboardByte.ECHO],
            [KeyboardByte.ACK, KeyboardByte.ECHO],
        ),  # a command in an argument's place
        ([KeyboardByte.DEFAULTS], [KeyboardByte.ACK]),
        ([0x00], [KeyboardByte.RESEND]),
    ],
)
def test_the_keyboard_answers(guest: Guest, sent: list[int], answers: list[int]) -> None:
    assert guest.keyboard(*sent) == answers


@pytest.mark.parametrize("scan_set", [1, 2, 3])
def test_the_scan_code_set_is_reported_untranslated(guest: Guest, scan_set: int) -> None:
    guest.command(ControllerCommand.WRITE_MODE, 0)
    guest.keyboard(KeyboardByte.SCAN_SET, scan_set)
    assert guest.keyboard(KeyboardByte.SCAN_SET, 0) == [
        KeyboardByte.ACK,
        KeyboardByte.ACK,
        scan_set,
    ]


@pytest.mark.parametrize(
    "command", [KeyboardByte.RESET, KeyboardByte.DEFAULTS, KeyboardByte.DISABLE]
)
def test_the_scan_code_set_goes_back_to_2(guest: Guest, command: int) -> None:
    guest.keyboard(KeyboardByte.SCAN_SET, 3, command)
    assert guest.keyboard(KeyboardByte.SCAN_SET, 0)[-1] == 0x41


def test_the_keyboard_sends_again_what_was_read_last(guest: Guest) -> None:
    assert guest.keyboard(KeyboardByte.RESEND) == [KeyboardByte.TEST_PASSED]
    guest.ps2.type_codes(b"\x1e\x9e")
    assert guest.rig.inb(DATA) == 0x1E
    assert guest.keyboard(KeyboardByte.RESEND) == [0x9E, 0x1E]
    guest.command(ControllerCommand.READ_MODE)  # the controller's answer is not the keyboard's
    guest.drain()
    assert guest.keyboard(KeyboardByte.RESEND) == [0x1E]
    assert guest.keyboard(0x00) == [KeyboardByte.RESEND]
    assert guest.keyboard(KeyboardByte.RESEND) == [0x1E]


def test_a_command_waits_for_its_argument_while_its_answer_is_sent_again(guest: Guest) -> None:
    assert guest.keyboard(KeyboardByte.SET_LEDS) == [KeyboardByte.ACK]
    assert guest.keyboard(KeyboardByte.RESEND) == [KeyboardByte.ACK]
    assert guest.keyboard(0x07) == [KeyboardByte.ACK]


def test_the_keyboard_identifies_itself_untranslated(guest: Guest) -> None:
    guest.command(ControllerCommand.WRITE_MODE, 0)
    assert guest.keyboard(KeyboardByte.IDENTIFY) == [KeyboardByte.ACK, 0xAB, 0x83]


def test_a_key_interrupts_until_it_is_read(guest: Guest) -> None:
    guest.ps2.type_codes(b"\x1e\x9e")
    assert guest.levels(IRQ1) == [True]
    assert guest.rig.inb(DATA) == 0x1E
    assert guest.levels(IRQ1) == [True, False, True]  # the next byte is there already
    assert guest.rig.inb(DATA) == 0x9E
    assert guest.levels(IRQ1) == [True, False, True, False]
    assert guest.rig.inb(DATA) == 0x9E


def test_a_key_behind_a_byte_of_the_mouse_changes_the_line(guest: Guest) -> None:
    guest.command(ControllerCommand.WRITE_MODE, Mode.AUX_IRQ | Mode.KEYBOARD_IRQ)
    guest.command(ControllerCommand.ECHO_AUX, 0x12)
    guest.ps2.type_codes(b"\x1e")
    assert (guest.levels(IRQ1), guest.levels(IRQ12)) == ([], [True])
    assert guest.rig.inb(DATA) == 0x12
    assert (guest.levels(IRQ1), guest.levels(IRQ12)) == ([True], [True, False])


def test_a_disabled_keyboard_holds_its_bytes_back(guest: Guest) -> None:
    guest.command(ControllerCommand.KEYBOARD_DISABLE)
    guest.ps2.type_codes(b"\x1e")
    guest.command(ControllerCommand.READ_MODE)
    assert guest.drain() == [Mode.TRANSLATE | Mode.KEYBOARD_IRQ | Mode.KEYBOARD_OFF]
    guest.command(ControllerCommand.KEYBOARD_ENABLE)
    assert guest.drain() == [0x1E]


def test_a_disabled_keyboard_sends_no_keys(guest: Guest) -> None:
    assert guest.keyboard(KeyboardByte.DISABLE) == [KeyboardByte.ACK]
    guest.ps2.type_codes(b"\x1e")
    assert guest.drain() == []
    assert guest.keyboard(KeyboardByte.ENABLE) == [KeyboardByte.ACK]
    guest.ps2.type_codes(b"\x1e")
    assert guest.drain() == [0x1E]


def test_no_mouse_answers_and_its_data_is_marked(guest: Guest) -> None:
    guest.command(ControllerCommand.WRITE_MODE, Mode.AUX_IRQ)
    guest.command(ControllerCommand.WRITE_AUX, 0xFF)
    assert guest.rig.inb(COMMAND) & Ps2Status.AUX_DATA
    assert guest.levels(IRQ12) == [True]
    assert guest.drain() == [KeyboardByte.RESEND]
    assert guest.levels(IRQ12) == [True, False]
    guest.command(ControllerCommand.ECHO_AUX, 0x12)
    assert guest.rig.inb(COMMAND) & Ps2Status.AUX_DATA
    assert guest.drain() == [0x12]


def test_the_controller_echoes_as_the_keyboard(guest: Guest) -> None:
    guest.command(ControllerCommand.ECHO_KEYBOARD, 0x34)
    assert not guest.rig.inb(COMMAND) & Ps2Status.AUX_DATA
    assert guest.drain() == [0x34]


def test_a20_follows_the_output_port(guest: Guest) -> None:
    guest.command(ControllerCommand.WRITE_OUTPUT_PORT, 0xDD)
    guest.command(ControllerCommand.READ_OUTPUT_PORT)
    assert guest.drain() == [0xDD]
    guest.command(ControllerCommand.A20_ON)
    guest.command(ControllerCommand.A20_OFF)
    assert guest.levels(A20) == [False, True, False]


@pytest.mark.parametrize("how", [(0xFE,), (ControllerCommand.WRITE_OUTPUT_PORT, 0x02)])
def test_two_ways_to_reset(guest: Guest, how: tuple[int, ...]) -> None:
    guest.command(*how)
    assert guest.levels(RESET) == [True, False]


def test_a_pulse_of_no_line_resets_nothing(guest: Guest) -> None:
    guest.command(0xFF)
    assert guest.levels(RESET) == []


def test_the_queue_holds_sixteen_bytes_and_drops_the_rest(guest: Guest) -> None:
    guest.ps2.type_codes(bytes(range(1, 101)))
    found = guest.drain()
    assert found == list(range(1, QUEUE_SIZE + 1))


def test_a_poll_of_the_empty_controller_is_answered_by_the_filter(guest: Guest) -> None:
    guest.drain()
    guest.rig.inb(DATA)
    assert guest.rig.passed == 0


def test_a_reset_empties_it(guest: Guest) -> None:
    guest.ps2.type_codes(b"abc")
    guest.command(ControllerCommand.WRITE_OUTPUT_PORT, 0x01)
    guest.ps2.reset()
    assert guest.drain() == []
    assert guest.levels(A20)[-1] is True
