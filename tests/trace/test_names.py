# SPDX-License-Identifier: Apache-2.0
"""Registers have names: every one of our devices', and none has two."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lightexit.abi import IoContext, Space, Verdict
from lightexit.bus.region import Region, pio
from lightexit.devices.port61 import read_control_b
from lightexit.errors import AuthorError
from lightexit.trace.names import RegisterName, apic_name, name_of
from lightexit.trace.names.machines import TABLES, the_map
from lightexit.trace.names.maps import AddressMap, windows
from lightexit.trace.names.reading import lines, lines_of
from lightexit.trace.names.registers import device_classes, filter_of, own_windows, regions_of
from lightexit.trace.vms import Vm
from lightexit.vm.places import PC


def name(space: Space, address: int, is_write: bool = False, vm: Vm | None = None) -> str:
    return str(name_of(vm, space, address, is_write))


def of(text: str) -> AddressMap:
    return AddressMap(windows(lines(text)))


@pytest.mark.parametrize(
    ("space", "address", "shown"),
    [
        (Space.PIO, 0x608, "pm PM_TMR"),
        (Space.PIO, 0x60B, "pm PM_TMR+3"),
        (Space.PIO, 0x64, "ps2 STATUS"),
        (Space.PIO, 0x61, "port61 CONTROL_B"),
        (Space.PIO, 0x3FD, "uart LSR"),
        (Space.PIO, 0x2FD, "uart1 LSR"),
        (Space.PIO, 0xAE08, "pci-hotplug EJECT"),
        (Space.PIO, 0x1F7, "ide0 STATUS_COMMAND"),
        (Space.PIO, 0xC040, "pci-bar"),
        (Space.MMIO, 0xFED0_00F0, "hpet COUNTER"),
        (Space.MMIO, 0xFEC0_0010, "ioapic WINDOW"),
        (Space.MMIO, 0xFEE0_00B0, "apic EOI"),
        (Space.MMIO, 0xFED4_0018, "tpm STS"),
        (Space.MSR, 0x10, "msr IA32_TIME_STAMP_COUNTER"),
        (Space.MSR, 0x6E0, "msr IA32_TSC_DEADLINE"),
        (Space.MSR, 0x4B56_4D01, "kvm SYSTEM_TIME_NEW"),
        (Space.MSR, 0x4000_0020, "hyperv TIME_REF_COUNT"),
        (Space.MSR, 0x80B, "x2apic EOI"),
        (Space.MSR, 0x11, "kvm WALL_CLOCK"),
        (Space.MSR, 0xDEAD_BEEF, ""),
        (Space.PIO, 0x1234, ""),
        (Space.MMIO, 1 << 60, ""),
    ],
)
def test_well_known_registers_of_qemus_pc(space: Space, address: int, shown: str) -> None:
    assert name(space, address) == shown
    assert name(space, address, vm=Vm(1, "", "qemu", machine="pc-i440fx-7.2")) == shown


@pytest.mark.parametrize(
    ("vm", "space", "address", "shown"),
    [
        (Vm(1, "", "qemu", machine="pc-q35-9.2"), Space.PIO, 0x634, "pm SMI_STS"),
        (Vm(1, "", "qemu", machine="q35"), Space.MMIO, 0xB000_8000, "pci-mmconfig"),
        (
            Vm(1, "", "qemu", machine="microvm"),
            Space.MMIO,
            0xFEB0_0050,
            "virtio-mmio0 QUEUE_NOTIFY",
        ),
        (Vm(1, "", "qemu", machine="virt"), Space.PIO, 0x608, ""),
        (Vm(1, "", "cloud-hypervisor"), Space.PIO, 0x608, "pm PM_TMR"),
        (Vm(1, "", "cloud-hypervisor"), Space.PIO, 0x600, "shutdown CONTROL"),
        (Vm(1, "", "firecracker"), Space.MMIO, 0xC000_2050, "virtio-mmio1 QUEUE_NOTIFY"),
        (Vm(1, "", "kvmtool"), Space.MMIO, 0xD300_0050, "virtio-mmio0 QUEUE_NOTIFY"),
        (Vm(1, "", "crosvm"), Space.MMIO, 0xF400_0000, "pci-mmconfig"),
        (Vm(1, "", "lightexit"), Space.PIO, 0xB008, "pm PM_TMR"),
        (Vm(1, "", "lightexit"), Space.PIO, 0x608, ""),
        (Vm(1, "", "some-vmm"), Space.PIO, 0x40, "pit COUNTER0"),
        (Vm(1, "", "some-vmm"), Space.PIO, 0x608, ""),
    ],
)
def test_each_vmm_has_its_own_map(vm: Vm, space: Space, address: int, shown: str) -> None:
    assert name(space, address, vm=vm) == shown


@pytest.mark.parametrize("table", [*TABLES, "lightexit"])
def test_no_address_has_two_names(table: str) -> None:
    """`AddressMap` refuses overlaps; here, that no window reaches over its end."""
    for window in the_map(table).windows:
        assert window.first <= window.last
        assert all(window.first <= address <= window.last for address in window.registers)


def test_windows_that_overlap_are_refused() -> None:
    with pytest.raises(AuthorError, match="two names for PIO 0x61 in one map: one and two"):
        of("pio\n0x60-0x62 one\n0x61 two")
    assert len(of("pio\n0x60 one\nmmio\n0x60 two").windows) == 2


@pytest.mark.parametrize("kind", PC)
def test_every_register_of_our_devices_is_found_where_our_machine_has_it(kind: str) -> None:
    device, place = device_classes()[kind], PC[kind]
    bases = {regions_of(kind)[0].name: place} if isinstance(place, int) else place
    found = set()
    for window, base in bases.items():
        assert base is not None
        for each in own_windows(kind, window, base, kind):
            for address, register in each.registers.items():
                shown = name_of(Vm(1, "", "lightexit"), each.space, address, is_write=False)
                assert (shown.device, shown.register) == (kind, register)
                found.add(register)
    assert found == {register.name for register in device.registers or ()}


def test_a_msr_of_the_x2apic_has_the_name_of_the_register_in_the_apics_page() -> None:
    for window in the_map("pc").windows:
        if window.space is Space.MSR and window.device == "x2apic" and window.first != 0x83F:
            assert apic_name((window.first - 0x800) << 4) == window.registers[window.first]


def test_filters_are_named_by_direction() -> None:
    assert name_of(None, Space.PIO, 0x608, is_write=False).filter == "pmtimer.read_timer"
    assert name_of(None, Space.PIO, 0x608, is_write=True).filter == ""
    assert name_of(None, Space.PIO, 0x609, is_write=False).filter == ""
    assert name_of(None, Space.PIO, 0x2FD, is_write=False).filter == "uart.read_status"


def test_the_filters_named_are_those_that_answer() -> None:
    """What `filters.txt` says is what the proofs say of the registers that a filter handles, but
    for those that a proof cannot rule out, and that are passed."""
    said, proved = set(), set()
    for _, (owner, register, directions, filter_name) in lines_of("filters"):
        said |= {(owner, register, way == "w", filter_name) for way in directions}
    for kind, region in _filtered():
        for each in device_classes()[kind].registers or ():
            for is_write in (False, True):
                if _may_answer(region, each, is_write):
                    entry = (kind, each.name, is_write, _name_of_filter(region))
                    proved.add(entry)
                    assert entry in said or _passes(region, each, is_write), entry
    assert said <= proved


def _filtered() -> Iterator[tuple[str, Region]]:
    """Our devices' regions that have a filter; one device declares its own once it is built."""
    for kind in device_classes():
        yield from ((kind, each) for each in regions_of(kind) if each.filter is not None)
    yield "port61", pio(1, filter=read_control_b)


def _may_answer(region: Region, offset: int, is_write: bool) -> bool:
    assert region.filter is not None
    is_inside = region.offset <= offset < region.offset + region.size
    return is_inside and region.filter.report.handles(offset, is_write=is_write)


def _passes(region: Region, offset: int, is_write: bool) -> bool:
    assert region.filter is not None
    states = [kind() for kind in region.filter.states if kind is not None]
    context = IoContext()
    context.offset, context.is_write = offset, is_write
    return all(region.filter(context, *states) is Verdict.PASS for context.size in (1, 2, 4, 8))


def _name_of_filter(region: Region) -> str:
    assert region.filter is not None
    module = region.filter.function.__module__.rpartition(".")[2]
    return f"{module}.{region.filter.name}"


def test_tables_read_registers_of_windows() -> None:
    names = of("# comment\npio\n0x10-0x1f box # why\n  0x2 TWO\n0x20 one REGISTER\nmsr\n7 m SEVEN")
    assert names.name(Space.PIO, 0x12, False) == RegisterName("box", "TWO")
    assert names.name(Space.PIO, 0x15, False) == RegisterName("box", "TWO+3")
    assert names.name(Space.PIO, 0x1F, False) == RegisterName("box")
    assert names.name(Space.PIO, 0x20, False) == RegisterName("one", "REGISTER")
    assert names.name(Space.MSR, 7, True) == RegisterName("m", "SEVEN")
    assert names.name(Space.MSR, 8, True) == RegisterName()
    assert filter_of("box", "TWO", False) == ""
