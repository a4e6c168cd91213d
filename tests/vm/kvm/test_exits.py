# SPDX-License-Identifier: Apache-2.0
"""How each KVM exit reason is handled. The test fills in kvm_run as the kernel would."""

from __future__ import annotations

import pytest

from lightexit.errors import GuestError, HostError
from lightexit.vm.exits import Halted, Shutdown
from lightexit.vm.kvm.exits import ExitReason, understood
from lightexit.vm.kvm.structs import FailedEntryExit, InternalErrorExit, SystemEventExit
from lightexit.vm.kvm.vcpu import KvmVcpu
from vm.kvm import start
from vm.kvm.host import Host

CODE = "0f ae 07 90 90 90 90 90 90 90 90 90 90 90 90"


@pytest.fixture
def vcpu(host: Host) -> KvmVcpu:
    host.code(CODE)
    made = host.vm.add_vcpu()
    start.flat_32bit(made, 0x1000)
    return made


@pytest.mark.parametrize(
    "reason", [ExitReason.INTR, ExitReason.IRQ_WINDOW_OPEN, ExitReason.SET_TPR]
)
def test_nothing_for_the_machine(host: Host, vcpu: KvmVcpu, reason: ExitReason) -> None:
    assert understood(host.vm, vcpu, reason) is None


def test_ends(host: Host, vcpu: KvmVcpu) -> None:
    assert understood(host.vm, vcpu, ExitReason.HLT) == Halted()
    SystemEventExit.view(vcpu.exit_area).type = 2
    assert understood(host.vm, vcpu, ExitReason.SYSTEM_EVENT) == Shutdown("the guest reset itself")
    SystemEventExit.view(vcpu.exit_area).type = 77
    assert understood(host.vm, vcpu, ExitReason.SYSTEM_EVENT) == Shutdown("system event 77")


def emulation_failure(vcpu: KvmVcpu, told: bytes) -> None:
    detail = InternalErrorExit.view(vcpu.exit_area)
    detail.suberror = 1
    detail.count = 3 if told else 0
    detail.words[0] = 1 if told else 0
    padded = (bytes([len(told)]) + told).ljust(16, b"\xee")
    detail.words[1] = int.from_bytes(padded[:8], "little")
    detail.words[2] = int.from_bytes(padded[8:], "little")


@pytest.mark.parametrize("told", [b"", bytes.fromhex("d9 07 90")])
def test_an_emulation_failure_shows_the_instruction(host: Host, vcpu: KvmVcpu, told: bytes) -> None:
    emulation_failure(vcpu, told)
    with pytest.raises(GuestError) as caught:
        understood(host.vm, vcpu, ExitReason.INTERNAL_ERROR)
    assert str(caught.value) == (
        "KVM cannot emulate the instruction at 0010:00001000, "
        f"bytes {told.hex(' ') if told else CODE}\n"
        "  try: --backend unicorn, which knows more instructions"
    )


def test_other_internal_errors(host: Host, vcpu: KvmVcpu) -> None:
    InternalErrorExit.view(vcpu.exit_area).suberror = 3
    with pytest.raises(
        GuestError, match="cannot continue: an exception while it delivered an interrupt"
    ):
        understood(host.vm, vcpu, ExitReason.INTERNAL_ERROR)


def test_an_entry_that_fails(host: Host, vcpu: KvmVcpu) -> None:
    FailedEntryExit.view(vcpu.exit_area).reason = 0x8000_0021
    with pytest.raises(GuestError, match=r"VM entry failed \(hardware reason 0x80000021\)"):
        understood(host.vm, vcpu, ExitReason.FAIL_ENTRY)


def test_an_unexpected_exit_reason_is_an_error(host: Host, vcpu: KvmVcpu) -> None:
    with pytest.raises(HostError, match="the unexpected exit reason 99"):
        understood(host.vm, vcpu, 99)
