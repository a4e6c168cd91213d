# SPDX-License-Identifier: Apache-2.0
"""Opening /dev/kvm, and virtual machines: memory, capabilities, clock."""

from __future__ import annotations

import gc
import os
import time
from pathlib import Path

import pytest

from lightexit.abi import Space
from lightexit.errors import AuthorError, HostError
from lightexit.vm.exits import Halted
from lightexit.vm.kvm import system
from lightexit.vm.kvm.cpuid import vcpu_cpuid
from lightexit.vm.kvm.system import Capability, Kvm
from lightexit.vm.kvm.vm import KvmVm
from lightexit.vm.memory import GuestMemory, MemorySlot
from vm.kvm import start
from vm.kvm.host import Host


def test_a_missing_device_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(system, "PATH", str(tmp_path / "kvm"))
    with pytest.raises(HostError) as caught:
        Kvm()
    assert str(caught.value) == (
        f"{tmp_path}/kvm does not exist\n"
        "  expected: the kernel module kvm_intel or kvm_amd, loaded\n"
        "  try: --backend unicorn, which needs neither"
    )


def test_missing_rights_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str, flags: int) -> int:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(HostError, match=r"is not open to this user\n.*group kvm"):
        Kvm()


def test_something_else_than_kvm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "PATH", "/dev/null")
    with pytest.raises(HostError, match=r"KVM does not return its version: .*ENOTTY"):
        Kvm()


def test_a_missing_capability_is_named(kvm: Kvm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kvm, "offers", lambda capability: 0)
    with pytest.raises(HostError, match="does not offer KVM_CAP_IRQFD and KVM_CAP_PIT2"):
        kvm.require(Capability.IRQFD, Capability.PIT2)


def test_cpuid_has_its_leaves(kvm: Kvm) -> None:
    leaves = {entry.function for entry in kvm.supported_cpuid()}
    assert {0, 1, 0x8000_0000} <= leaves


@pytest.mark.parametrize("has_apic", [False, True])
def test_each_vcpu_has_a_number_of_its_own(kvm: Kvm, has_apic: bool) -> None:
    for index in (0, 1, 5):
        leaves = vcpu_cpuid(kvm, index, has_apic=has_apic)
        features = next(leaf for leaf in leaves if leaf.function == 1)
        assert features.ebx >> 24 == index
        assert bool(features.edx >> 9 & 1) <= has_apic
        assert all(leaf.edx == index for leaf in leaves if leaf.function == 0xB)


def test_a_guest_sees_its_number(host: Host) -> None:
    # mov eax, 1; cpuid; shr ebx, 24; mov al, bl; mov dx, PROBE; out dx, al; hlt
    host.code("66 b8 01 00 00 00 0f a2 66 c1 eb 18 88 d8 ba 00 05 ee f4")
    cpus = [host.add_cpu(), host.add_cpu()]
    for cpu in cpus:
        start.real_mode(cpu.vcpu, 0x1000)
        cpu.run()
    assert host.written() == [0, 1]


def test_a_guest_sees_no_local_apic_where_there_is_none(host: Host) -> None:
    # mov eax, 1; cpuid; shr edx, 9; mov al, dl; and al, 1; mov dx, PROBE; out dx, al; hlt
    host.code("66 b8 01 00 00 00 0f a2 66 c1 ea 09 88 d0 24 01 ba 00 05 ee f4")
    cpu = host.add_cpu()
    start.real_mode(cpu.vcpu, 0x1000)
    cpu.run()
    assert host.written() == [0]


def test_overlapping_memory_is_refused(host: Host) -> None:
    slot = GuestMemory(2 << 20).slots[1]
    host.vm.map(slot)
    with pytest.raises(HostError, match="the range overlaps another slot"):
        host.vm.map(slot)


def test_memory_slots_can_be_added_and_removed(host: Host) -> None:
    memory = GuestMemory(2 << 20)
    memory.ram[:4] = b"abcd"
    numbers = [host.vm.map(slot) for slot in memory.slots]
    assert host.vm.read(1, 3) == b"bcd"
    assert host.vm.read(0xA_0000, 4) == b""
    host.vm.unmap(numbers[0])
    assert host.vm.read(1, 3) == b""
    assert host.vm.map(memory.slots[0]) == numbers[0]
    with pytest.raises(AuthorError, match="no memory in slot 7"):
        host.vm.unmap(7)


def test_memory_that_is_not_whole_pages_is_refused(host: Host) -> None:
    slot = GuestMemory(2 << 20).slots[0]
    with pytest.raises(HostError, match="must be whole pages"):
        host.vm.map(MemorySlot(slot.address, 100, slot.host_address))


def test_the_clock_can_be_set_and_stopped(host: Host) -> None:
    host.vm.clock_ns = 10**12
    assert 10**12 <= host.vm.clock_ns < 10**12 + 10**10
    host.vm.stop_clock()
    stopped = host.vm.clock_ns
    time.sleep(0.3)
    host.vm.start_clock()
    assert host.vm.clock_ns < stopped + 290_000_000


def test_descriptors_are_closed(kvm: Kvm) -> None:
    gc.collect()  # machines of other tests
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        KvmVm(kvm).add_vcpu()
    with KvmVm(kvm):
        pass
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_closed_machine_says_so(kvm: Kvm) -> None:
    vm = KvmVm(kvm)
    vm.close()
    vm.close()
    with pytest.raises(HostError, match="the virtual machine has been closed"):
        _ = vm.clock_ns


def test_a_write_to_read_only_memory_is_an_access_to_a_device(host: Host) -> None:
    # mov eax, [0x2000000]; mov [0x2000000], ebx; hlt
    host.code("a1 00 00 00 02 89 1d 00 00 00 02 f4")
    rom = GuestMemory(2 << 20)
    rom.ram[:4] = b"\x78\x56\x34\x12"
    low = rom.slots[0]
    host.vm.map(MemorySlot(0x200_0000, low.size, low.host_address), read_only=True)
    cpu = host.add_cpu()
    start.flat_32bit(cpu.vcpu, 0x1000)
    assert cpu.run() == Halted()
    assert cpu.vcpu.registers.rax == 0x1234_5678
    assert bytes(rom.ram[:4]) == b"\x78\x56\x34\x12"
    assert [(count.space, count.is_write) for count in host.bus.unclaimed()] == [(Space.MMIO, True)]
