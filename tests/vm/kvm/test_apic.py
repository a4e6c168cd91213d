# SPDX-License-Identifier: Apache-2.0
"""APIC messages that filters ask for, and our own I/O APIC, before KVM's local APICs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightexit.abi import Space, Struct, u64
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.devices.ioapic import Bit, IoApicReg
from lightexit.engine.native import NativeEngine
from lightexit.errors import AuthorError
from lightexit.filter import ApicFlag, ApicMode, IoContext, Verdict, io_filter
from lightexit.vm.exits import Stopped
from lightexit.vm.irqchip import Irqchip
from lightexit.vm.kvm.apic import KvmApic, make_ioapic, message
from lightexit.vm.kvm.interrupts import Interrupts
from lightexit.vm.places import IOAPIC as BASE
from vm.kvm import start
from vm.kvm.host import Host
from vm.kvm.test_interrupts import READY, VECTOR, WANTED, count_interrupts, deadline

PORT, INPUT = 0x600, 9


class Nothing(Struct):
    """A device without state has one word of it."""

    unused: u64


@io_filter
def send(ctx: IoContext) -> Verdict:
    """Whatever is written, CPU 0 is sent an interrupt."""
    if not ctx.is_write:
        return Verdict.PASS
    ctx.send_apic(0, VECTOR, ApicMode.FIXED)
    return Verdict.HANDLED


@io_filter
def send_and_end(ctx: IoContext) -> Verdict:
    if not ctx.is_write:
        return Verdict.PASS
    ctx.send_apic(0, VECTOR, ApicMode.FIXED)
    ctx.end_of_interrupt(VECTOR)
    return Verdict.HANDLED


class Sender(Device[Nothing]):
    """Its register sends an interrupt."""

    name = "sender"
    regions = (pio(1, filter=send).at(PORT),)


class Greedy(Device[Nothing]):
    """Its register asks for what a kernel's I/O APIC does not offer."""

    name = "greedy"
    regions = (pio(1, filter=send_and_end).at(PORT),)


@given(st.integers(0, 0xFF), st.integers(16, 0xFF), st.integers(0, 7), st.booleans())
def test_a_message_has_the_format_of_an_msi(
    ident: int, vector: int, mode: int, is_logical: bool
) -> None:
    address, data = message(ident, vector, mode | ApicFlag.LOGICAL * is_logical)
    assert address == 0xFEE0_0000 | ident << 12 | is_logical << 2
    assert data == mode << 8 | vector


def test_a_level_message_is_asserted() -> None:
    assert message(1, VECTOR, ApicFlag.LEVEL) == (0xFEE0_1000, 0xC000 | VECTOR)


@pytest.mark.parametrize("kind", [Irqchip.KERNEL, Irqchip.SPLIT])
def test_a_filters_message_interrupts_the_guest(host: Host, kind: Irqchip) -> None:
    host.load("apic")
    bus = Bus(ManualClock(), NativeEngine(), apic=KvmApic(Interrupts(host.vm, kind)))
    bus.attach(Sender(bus.clock))
    count_interrupts(host, host.add_cpu(), lambda: bus.write(Space.PIO, PORT, 1, 1))
    (count,) = bus.counts()
    assert (count.handled, count.passed) == (WANTED, 0)


def test_what_the_kernels_io_apic_does_not_offer_is_refused(host: Host) -> None:
    bus = Bus(ManualClock(), NativeEngine(), apic=KvmApic(Interrupts(host.vm)))
    with pytest.raises(AuthorError, match="may ask for APIC messages and EOIs") as refusal:
        bus.attach(Greedy(bus.clock))
    assert "expected: lines, doorbells, APIC messages only" in str(refusal.value)


def test_a_message_to_an_id_beyond_8_bits_reaches_no_vcpu(host: Host) -> None:
    KvmApic(Interrupts(host.vm)).send(0x100, VECTOR, ApicMode.FIXED)


@pytest.mark.parametrize("kind", [Irqchip.KERNEL, Irqchip.SPLIT])
@pytest.mark.parametrize("mode", [*ApicMode, ApicMode.LOWEST_PRIORITY | ApicFlag.LOGICAL, 3])
def test_a_message_without_a_receiver_is_lost(host: Host, kind: Irqchip, mode: int) -> None:
    """A guest may send to any destination: to all CPUs at the lowest priority, to absent CPUs."""
    host.load("apic")
    apic = KvmApic(Interrupts(host.vm, kind))
    for cpus in range(2):
        for destination in (cpus, 0xFF):
            apic.send(destination, VECTOR, mode)
        host.add_cpu()


@pytest.mark.parametrize("is_level", [False, True])
def test_an_input_of_our_own_io_apic(host: Host, is_level: bool) -> None:
    """Set up by the bus as a guest would; a level stays up until the guest has counted enough."""
    host.load("apic")
    interrupts = Interrupts(host.vm, Irqchip.SPLIT)
    ioapic = make_ioapic(host.bus, host.bus.clock, interrupts)
    host.bus.attach(ioapic, at=BASE)
    cpu = host.add_cpu(interrupts=interrupts)
    ended: list[int] = []
    end = interrupts.on_end_of_interrupt

    def note(vector: int) -> None:
        ended.append(vector)
        end(vector)

    interrupts.on_end_of_interrupt = note
    host.bus.write(Space.MMIO, BASE + IoApicReg.SELECT, 0x10 + 2 * INPUT, 4)
    host.bus.write(Space.MMIO, BASE + IoApicReg.WINDOW, VECTOR | Bit.LEVEL * is_level, 4)
    if not is_level:
        count_interrupts(host, cpu, ioapic.input(INPUT).pulse)
        assert ended == []
        return
    write = host.probe.write

    def write_and_drive(offset: int, value: int, size: int) -> None:
        write(offset, value, size)
        if offset in (READY, 0):
            with host.bus.locked(ioapic.memory):
                ioapic.input(INPUT).set(offset == READY or value < WANTED)

    host.probe.write = write_and_drive  # type: ignore[method-assign]
    with deadline(cpu):
        assert cpu.run() == Stopped()
    assert host.written() == list(range(1, WANTED + 1))
    assert ended == [VECTOR] * WANTED


def test_a_guest_sets_the_io_apic_up_itself(host: Host) -> None:
    # mov dword [SELECT], 0x22; mov dword [WINDOW], 0x10041; mov eax, [WINDOW]; mov [0x600], eax
    write = "c7 05 00 00 c0 fe 22 00 00 00 c7 05 10 00 c0 fe 41 00 01 00"
    host.code(f"{write} a1 10 00 c0 fe a3 00 06 00 00 f4")
    interrupts = Interrupts(host.vm, Irqchip.SPLIT)
    ioapic = make_ioapic(host.bus, host.bus.clock, interrupts)
    host.bus.attach(ioapic, at=BASE)
    cpu = host.add_cpu()
    start.flat_32bit(cpu.vcpu, 0x1000)
    with deadline(cpu, 0.5):
        cpu.run()
    assert ioapic.message(9) == (0, VECTOR, ApicMode.FIXED)
    assert host.memory.ram[0x600:0x604] == (0x1_0041).to_bytes(4, "little")
