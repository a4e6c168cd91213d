# SPDX-License-Identifier: Apache-2.0
"""What is said where there can be no probes. What this machine has and lacks cannot be taken from
it: the kernel's answers are fakes here, but for those in test_rights.py."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from lightexit.engine.kernel import bpf, tracepoints
from lightexit.engine.kernel.bpf import Descriptor, Refused
from lightexit.errors import HostError
from lightexit.trace.probes import open_probes, refusals
from stock_qemu import needs_qemu

_PROG_LOAD, _RAW_TRACEPOINT_OPEN = 5, 17


@pytest.fixture
def kvm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    device = tmp_path / "kvm"
    device.touch()
    monkeypatch.setattr(refusals, "_KVM", device)
    return device


def refuse(monkeypatch: pytest.MonkeyPatch, number: int, command: int | None = None) -> None:
    """Have bpf(2) fail, or one command of it."""
    real = bpf.call

    def refusing(asked: int, attributes: bytes | bytearray) -> int:
        if command is None or asked == command:
            raise Refused(number)
        return real(asked, attributes)

    monkeypatch.setattr(bpf, "call", refusing)


def message() -> str:
    with pytest.raises(HostError) as caught:
        open_probes()
    return str(caught.value)


def test_no_kvm(kvm: Path) -> None:
    kvm.unlink()
    assert message() == (
        f"this host has no {kvm}, so no VM runs on KVM here\n"
        "  expected: a host whose kernel has KVM\n"
        "  help: load kvm_intel or kvm_amd, and have virtualization enabled in the firmware"
    )


@pytest.mark.usefixtures("kvm")
@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSYS, "it was built without bpf(2)"),
        (errno.EPERM, "this process has no right to"),
        (errno.ENOMEM, "it is out of memory"),
        (errno.EINVAL, "Invalid argument (error 22)\n  expected: Linux 5.15 or later"),
    ],
)
def test_no_tables(monkeypatch: pytest.MonkeyPatch, number: int, said: str) -> None:
    refuse(monkeypatch, number)
    assert message().startswith(f"the kernel did not create the tables for counts: {said}")


@pytest.mark.usefixtures("kvm")
def test_lockdown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    state = tmp_path / "lockdown"
    state.write_text("none integrity [confidentiality]\n")
    monkeypatch.setattr(refusals, "_LOCKDOWN", state)
    refuse(monkeypatch, errno.EPERM)
    assert "it is locked down, and lets nobody read its memory" in message()
    state.write_text("none [integrity] confidentiality\n")
    assert "this process has no right to" in message()


@needs_qemu
def test_a_program_that_the_kernel_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, errno.EINVAL, _PROG_LOAD)
    assert message().startswith(
        "the kernel did not load the program for the tracepoint kvm_userspace_exit: Invalid"
    )


def lacking(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """A kernel without these tracepoints."""

    def attach(program: Descriptor, tracepoint: str) -> Descriptor:
        if tracepoint in names:
            raise Refused(errno.ENOENT)
        return tracepoints.attach(program, tracepoint)

    monkeypatch.setattr("lightexit.trace.probes.loading.attach", attach)


@needs_qemu
def test_a_kernel_without_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking(monkeypatch, "kvm_pio", "kvm_mmio", "kvm_apic")
    assert message() == (
        "this kernel has no tracepoint kvm_pio and no kvm_mmio\n"
        "  expected: Linux 5.15 or later on x86 with CONFIG_TRACEPOINTS, and KVM loaded\n"
        "  help: look for the module kvm in lsmod, and load kvm_intel or kvm_amd"
    )


@needs_qemu
def test_what_can_be_done_without_is_left_out_and_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking(monkeypatch, "kvm_apic", "kvm_set_irq")
    probes = open_probes()
    assert set(probes.missing) == {"kvm_apic", "kvm_set_irq"}
    assert probes.read().apic == {}
    probes.close()
