# SPDX-License-Identifier: Apache-2.0
"""What a device writes into RAM is what the guest's CPU executes next, on every back end."""

from __future__ import annotations

import struct

import pytest

from lightexit.bus.clock import HostClock
from lightexit.devices.fw_cfg import FIRST_FILE, Dma, FwCfg
from lightexit.errors import HostError
from lightexit.vm.backends import find
from lightexit.vm.machine import RunEnd, RunLimits
from lightexit.vm.memory import MIB
from lightexit.vm.pc import PcConfig, pc_machine

BASE, FUNCTION, TRANSFER = 0x10_0000, 0x10_0040, 0x10_0080


def replacing() -> bytes:
    """Calls a function a few times, has it replaced by a file, calls it, ends with its result."""
    address = TRANSFER.to_bytes(4, "big").hex()
    calls = "".join(f"e8{_to(at):s}" for at in (0, 5, 10))
    code = bytes.fromhex(calls) + bytes.fromhex(f"66ba1805 b8{address} ef")
    code += bytes.fromhex(f"e8{_to(len(code))} e6f4 ebfe")
    function = bytes.fromhex("b001 c3")
    control = FIRST_FILE << 16 | Dma.SELECT | Dma.READ
    transfer = struct.pack(">IIQ", control, 3, FUNCTION)
    return (code.ljust(FUNCTION - BASE, b"\x90") + function).ljust(0x80, b"\0") + transfer


def _to(at: int) -> str:
    """The offset of a call at `at`."""
    return (FUNCTION - BASE - at - 5).to_bytes(4, "little").hex()


@pytest.mark.parametrize("back_end", ["unicorn", "kvm"])
def test_code_that_a_device_has_written_is_run(back_end: str) -> None:
    try:
        config = PcConfig(ram_bytes=2 * MIB, kernel=replacing())
        machine = pc_machine(config, HostClock(), backend=find(back_end))
    except HostError as error:
        pytest.skip(error.found)
    fw_cfg = machine.device("fw_cfg")
    assert isinstance(fw_cfg, FwCfg)
    fw_cfg.add_file("opt/function", bytes.fromhex("b002 c3"))
    outcome = machine.run(RunLimits(seconds=20))
    assert (outcome.reason, outcome.exit_status) == (RunEnd.EXIT, 5)
