# SPDX-License-Identifier: Apache-2.0
"""Faults without a handler, and faults in delivering faults: the same on every back end."""

from __future__ import annotations

import re
import struct

import pytest

from lightexit.bus.clock import HostClock
from lightexit.errors import GuestError, HostError
from lightexit.vm.backends import find
from lightexit.vm.machine import Outcome, RunEnd, RunLimits
from lightexit.vm.memory import MIB
from lightexit.vm.pc import PcConfig, pc_machine
from vm.rom import rom

BACK_ENDS = ["unicorn", "kvm"]
#: 32-bit code that faults, and where in it.
FAULTS = {
    "ud2": ("0f0b", 0),
    "prefixed ud2": ("90 660f0b", 1),
    "division by zero": ("31d2 f7f2", 2),
    "selector that there is not": ("b8ff000000 8ed8", 5),
    "jump through a null selector": ("ea00000000 0000", 0),
}


def outcome(back_end: str, seconds: float = 10, **config: bytes) -> Outcome:
    given = PcConfig(ram_bytes=2 * MIB, **config)  # type: ignore[arg-type]
    try:
        with pc_machine(given, HostClock(), backend=find(back_end)) as machine:
            return machine.run(RunLimits(seconds=seconds, reboots=False))
    except HostError as error:
        pytest.skip(error.found)
    except GuestError as error:
        if back_end == "kvm" and "KVM cannot emulate" in error.found:
            pytest.skip(f"a KVM without a CPU's own virtualization: {error.found}")
        raise


def exit_with(value: int) -> str:
    """mov al, value; out 0xf4, al"""
    return f"b0{value:02x} e6f4"


def with_handlers(code: str, **handlers: str) -> bytes:
    """Code behind LIDT of a table with gates for `handlers`, by name _VECTOR.

    A handler that begins with `!` has a gate that is marked as not present.
    """
    pieces = [bytes.fromhex(handler.lstrip("!")) for handler in handlers.values()]
    head = bytes.fromhex("0f011d") + struct.pack("<I", 0x10_0010)
    start = 0x10_0000 + 0x20
    entries = dict.fromkeys(range(256), b"\0" * 8)
    at = start + len(bytes.fromhex(code))
    for (name, text), piece in zip(handlers.items(), pieces, strict=True):
        kind = 0x0E if text.startswith("!") else 0x8E
        entries[int(name[1:])] = struct.pack("<HHBBH", at & 0xFFFF, 0x10, 0, kind, at >> 16)
        at += len(piece)
    table = -(-at // 16) * 16
    head = (head + bytes.fromhex("eb17")).ljust(0x10, b"\x90")
    head = (head + struct.pack("<HI", 0x7FF, table)).ljust(0x20, b"\x90")
    image = head + bytes.fromhex(code) + b"".join(pieces)
    return image.ljust(table - 0x10_0000, b"\0") + b"".join(entries.values())


@pytest.mark.parametrize("back_end", BACK_ENDS)
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_without_a_table_is_a_triple_fault(name: str, back_end: str) -> None:
    code, offset = FAULTS[name]
    ended = outcome(back_end, kernel=bytes.fromhex(code))
    assert ended.reason is RunEnd.FAULT
    instruction = bytes.fromhex(code)[offset:].hex(" ")
    assert ended.detail.startswith(
        f"a triple fault, at 0010:{0x10_0000 + offset:08x}, bytes {instruction}"
    )
    assert ended.detail.endswith("; interrupt table at 0x0, limit 0x3ff")


@pytest.mark.parametrize("code", ["cc", "cd30", "ce"], ids=["int3", "int n", "into"])
def test_a_software_interrupt_that_fails_has_not_been_executed(code: str) -> None:
    # mov eax, 0x7fffffff; inc eax: for INTO. KVM's emulator does not know all of them.
    overflow = "b8ffffff7f 40"
    ended = outcome("unicorn", kernel=bytes.fromhex(overflow + code))
    assert ended.detail.startswith(f"a triple fault, at 0010:00100006, bytes {code[:2]}")


@pytest.mark.parametrize("fault", ["0f0b", "f7f2"], ids=["ud2", "division by zero"])
def test_real_mode_with_an_empty_table(fault: str) -> None:
    # KVM's own emulation of real mode does not look at the limit: that of a CPU does.
    # xor dx, dx; o32 lidt cs:[0x20], with a table of limit 0 there
    code = bytes.fromhex("31d2 2e66 0f011e2000" + fault).ljust(0x20, b"\xf4") + bytes(6)
    ended = outcome("unicorn", firmware=rom(code))
    assert ended.reason is RunEnd.FAULT
    instruction = bytes.fromhex(fault).hex(" ")
    assert ended.detail.startswith(f"a triple fault, at f000:00000009, bytes {instruction} f4")
    assert ended.detail.endswith("; interrupt table at 0x0, limit 0x0")


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_real_mode_takes_ud2_through_its_table(back_end: str) -> None:
    # xor ax, ax; mov ds, ax; mov ss, ax; mov sp, 0x7000; mov word [24], 0x40; mov [26], cs; ud2
    code = bytes.fromhex("31c0 8ed8 8ed0 bc0070 c70618004000 8c0e1a00 0f0b")
    image = code.ljust(0x40, b"\xf4") + bytes.fromhex(exit_with(3))
    assert outcome(back_end, firmware=rom(image)).exit_status == 7


# On KVM, the CPU or its emulator does it all: software KVMs do not know every case.
CASCADES = {
    "its own handler": ("0f0b", {"_6": exit_with(6)}, 6),
    "no gate for UD: GP": ("0f0b", {"_13": exit_with(13), "_8": exit_with(8)}, 13),
    "absent gate for UD: NP": ("0f0b", {"_6": "!f4", "_11": exit_with(11)}, 11),
    "no gate for UD, absent for GP: DF": ("0f0b", {"_13": "!f4", "_8": exit_with(8)}, 8),
    "no gate for DE: DF": ("31d2 f7f2", {"_8": exit_with(8), "_13": exit_with(13)}, 8),
    "no gate for INT: GP": ("cd30", {"_13": exit_with(13)}, 13),
}


@pytest.mark.parametrize("name", CASCADES)
def test_a_fault_with_a_handler_is_no_triple_fault(name: str) -> None:
    code, handlers, value = CASCADES[name]
    ended = outcome("unicorn", kernel=with_handlers(code, **handlers))
    assert ended.exit_status == 2 * value + 1, ended


@pytest.mark.parametrize(
    ("code", "vector", "expected"),
    [
        ("0f0b", 13, 6 << 3 | 3),  # UD through the table, raised by the CPU
        ("cd30", 13, 0x30 << 3 | 2),  # INT through the table, by software
        ("31d2 f7f2", 8, 0),
    ],
)
def test_error_codes(code: str, vector: int, expected: int) -> None:
    # pop eax; out 0xf4, eax
    image = with_handlers(code, **{f"_{vector}": "58 e7f4"})
    assert outcome("unicorn", kernel=image).exit_status == 2 * expected + 1


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_a_double_fault_without_a_handler_is_a_triple_fault(back_end: str) -> None:
    image = with_handlers("31d2 f7f2", _14=exit_with(14))
    ended = outcome(back_end, kernel=image)
    assert ended.reason is RunEnd.FAULT
    assert re.match("a triple fault, at 0010:00100022, bytes f7 f2 b0", ended.detail)
    assert ended.detail.endswith("limit 0x7ff")


def test_back_ends_end_with_the_same_words() -> None:
    details = [
        outcome(back_end, kernel=bytes.fromhex(code)).detail
        for back_end in BACK_ENDS
        for code, _ in FAULTS.values()
    ]
    unicorn, kvm = details[: len(FAULTS)], details[len(FAULTS) :]
    assert unicorn == kvm


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_a_loop_of_faults_ends_with_the_run(back_end: str) -> None:
    # mov ax, 0x1000; mov ss, ax; xor ax, ax; mov ds, ax; mov word [0], 0x15; mov [2], cs;
    # xor dx, dx; div dx, its own handler: the stack, away from the table, wraps for ever.
    code = bytes.fromhex("b80010 8ed0 31c0 8ed8 c70600001500 8c0e0200 31d2 f7f2")
    ended = outcome(back_end, 1.0, firmware=rom(code))
    assert ended.reason is RunEnd.TIME
    assert ended.seconds < 5
