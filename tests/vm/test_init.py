# SPDX-License-Identifier: Apache-2.0
"""An INIT where a kernel was booted without firmware: at the reset vector, as on a PC."""

from __future__ import annotations

import pytest

from lightexit.bus.clock import HostClock
from lightexit.engine.native import NativeEngine
from lightexit.errors import HostError
from lightexit.vm.backends import find
from lightexit.vm.irqchip import Irqchip
from lightexit.vm.machine import Machine, RunEnd, RunLimits
from lightexit.vm.memory import MIB
from lightexit.vm.pc import PcConfig, pc_machine

SIDES = [
    ("unicorn", Irqchip.OFF),
    ("kvm", Irqchip.OFF),
    ("kvm", Irqchip.SPLIT),
    ("kvm", Irqchip.KERNEL),
]
#: Real-mode code at 0x1000, which ends with status 0x21, and a far pointer to it at 0040:0067.
RESUME = "c70500100000 b010e6f4 66c70504100000 ebfe c70567040000 00100000"
#: To itself, and by the level or not: only one that takes the level away does nothing.
INITS = {"asserted": "00450000", "an edge": "00050000", "to itself": "00050400"}
END = "f4 ebfd"
#: KVM's local APICs take an INIT only while software has enabled them.
ENABLE = "c705f000e0fe ff010000"


def init(low: str) -> str:
    return f"c7050003e0fe {low}"


def pc(side: tuple[str, Irqchip], shutdown_code: int, command: str) -> Machine:
    cmos = f"b00f e670 b0{shutdown_code:02x} e671"
    kernel = bytes.fromhex(RESUME + ENABLE + cmos + command + END)
    config = PcConfig(ram_bytes=2 * MIB, kernel=kernel, irqchip=side[1])
    try:
        return pc_machine(config, HostClock(), NativeEngine(), backend=find(side[0]))
    except HostError as error:
        pytest.skip(error.found)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("shutdown_code", [0x05, 0x0A])
def test_the_guest_goes_on_where_its_far_pointer_says(
    side: tuple[str, Irqchip], shutdown_code: int
) -> None:
    with pc(side, shutdown_code, init(INITS["asserted"])) as machine:
        outcome = machine.run(RunLimits(seconds=10))
        assert (outcome.reason, outcome.exit_status, outcome.resets) == (RunEnd.EXIT, 0x21, 0)
        rtc = machine.device("rtc").state
        assert (rtc.index, rtc.cmos[0x0F]) == (0x8F, 0), "devices stay as they are"


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("shutdown_code", [0x00, 0x09])
def test_by_other_codes_the_machine_is_reset(side: tuple[str, Irqchip], shutdown_code: int) -> None:
    with pc(side, shutdown_code, init(INITS["asserted"])) as machine:
        outcome = machine.run(RunLimits(seconds=10, reboots=False))
        assert outcome.reason is RunEnd.RESET


@pytest.mark.parametrize("kind", INITS)
def test_an_edge_needs_no_level(kind: str) -> None:
    with pc(SIDES[0], 0x0A, init(INITS[kind])) as machine:
        assert machine.run(RunLimits(seconds=10)).exit_status == 0x21


def test_the_end_of_a_level_does_nothing() -> None:
    with pc(SIDES[0], 0x0A, init("00850000")) as machine:
        assert machine.run(RunLimits(seconds=0.2)).reason is RunEnd.HALTED
