# SPDX-License-Identifier: Apache-2.0
"""Guests that read and write MSRs which devices have; in both run loops."""

from __future__ import annotations

import pytest

from bus.test_msrs import BASE, Msrs
from lightexit.abi import Space
from lightexit.bus.region import GeneralProtectionError, msr
from lightexit.engine.native import NativeEngine
from lightexit.errors import HostError
from lightexit.vm.exits import Halted
from lightexit.vm.kvm.cpu import MakeLoop
from lightexit.vm.kvm.msrs import joined
from lightexit.vm.kvm.system import Capability
from vm.kvm import start
from vm.kvm.host import Host

ENTRY, HANDLER = 0x1000, 0x3000
#: mov ecx, BASE; mov eax, 5; mov edx, 6; wrmsr; inc ecx; wrmsr; dec ecx; rdmsr; then out 0x500, al
ACCESSES = (
    f"66b9{BASE.to_bytes(4, 'little').hex()} 66b805000000 66ba06000000 0f30 6641 0f30 6649 0f32 "
    "ba0005 ee f4"
)


@pytest.fixture(autouse=True)
def _hands_out(host: Host) -> None:
    if not host.vm.kvm.offers(Capability.X86_MSR_FILTER):
        pytest.skip("this KVM hands no MSRs out")


def test_filters_and_models_answer(host: Host, make_loop: MakeLoop) -> None:
    host.bus.engine = NativeEngine()
    device = Msrs(host.bus.clock)
    host.bus.attach(device)
    host.code(ACCESSES)
    cpu = host.add_cpu(make_loop)
    start.real_mode(cpu.vcpu, ENTRY)
    assert cpu.run() == Halted()
    assert (device.state.first, device.state.second) == (6 << 32 | 5, 6 << 32 | 5)
    assert host.written() == [5]
    counts = {(each.address, each.is_write): each.handled for each in host.bus.counts()}
    assert counts[BASE, True] == counts[BASE, False] == 1
    assert counts[BASE + 1, True] == 0


def with_handler(host: Host) -> None:
    """A #GP halts at HANDLER."""
    host.memory.ram[13 * 4 : 13 * 4 + 4] = HANDLER.to_bytes(4, "little")
    host.memory.ram[HANDLER] = 0xF4  # hlt
    host.code(ACCESSES)


def test_an_msr_without_a_device_raises_gp(host: Host, make_loop: MakeLoop) -> None:
    with_handler(host)
    host.bus.msr_ranges = (range(BASE, BASE + 2),)  # as if the device had just left
    cpu = host.add_cpu(make_loop)
    start.real_mode(cpu.vcpu, ENTRY, stack=0x8000)
    assert cpu.run() == Halted()
    assert cpu.where() == f"0000:{HANDLER + 1:08x}"
    (count,) = host.bus.unclaimed()
    assert (count.space, count.address, count.is_write) == (Space.MSR, BASE, True)


class Refusing(Msrs):
    """Refuses all."""

    def write(self, offset: int, value: int, size: int) -> None:
        raise GeneralProtectionError


def test_what_a_model_refuses_raises_gp(host: Host, make_loop: MakeLoop) -> None:
    device = Refusing(host.bus.clock)
    host.bus.attach(device)
    with_handler(host)
    cpu = host.add_cpu(make_loop)
    start.real_mode(cpu.vcpu, ENTRY, stack=0x8000)
    assert cpu.run() == Halted()
    assert cpu.where() == f"0000:{HANDLER + 1:08x}"
    assert [(each.address, each.is_write, each.passed) for each in host.bus.counts()] == [
        (BASE, True, 1)
    ]


def test_an_msr_of_a_detached_device_is_kvms_again(host: Host, make_loop: MakeLoop) -> None:
    device = Msrs(host.bus.clock)
    host.bus.attach(device)
    with_handler(host)
    cpu = host.add_cpu(make_loop)
    start.real_mode(cpu.vcpu, ENTRY, stack=0x8000)
    assert cpu.run() == Halted()
    device.state.first = 0
    host.bus.detach(device)
    start.real_mode(cpu.vcpu, ENTRY, stack=0x8000)
    assert cpu.run() == Halted()
    assert device.state.first == 0
    assert host.bus.unclaimed() == []  # KVM has answered, not the bus


def test_more_ranges_than_kvm_has(host: Host) -> None:
    device = Msrs(host.bus.clock)
    device.regions = tuple(msr(2).at(BASE + 4 * index) for index in range(17))
    host.bus.attach(device)
    host.code(ACCESSES)
    cpu = host.add_cpu()
    start.real_mode(cpu.vcpu, ENTRY)
    with pytest.raises(HostError, match="devices have 17 ranges of MSRs, the longest of 2"):
        cpu.run()


def test_neighbouring_msrs_are_one_filter_range() -> None:
    assert joined([range(8, 9), range(2, 4), range(4, 8)]) == [range(2, 9)]
    assert joined([range(8, 9), range(2, 4)]) == [range(2, 4), range(8, 9)]
