# SPDX-License-Identifier: Apache-2.0
"""The table of rules. Each has a section of its name in docs/advice.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lightexit.trace.advice.looks import (
    Look,
    apic,
    busier,
    busy,
    by_vmm,
    device,
    doorbell,
    either,
    hot_msr,
    masked_line,
    memory,
    named,
    ports,
)

#: Base ports of COM1 to COM4 (IBM PC/AT), and the registers of a 16550 from there.
_COMS = (0x3F8, 0x2F8, 0x3E8, 0x2E8)
_THR = by_vmm(either(ports(*_COMS, is_write=True), named("uart", "RBR_THR", is_write=True)))
_LSR = by_vmm(
    either(
        ports(*(base + 5 for base in _COMS), is_write=False), named("uart", "LSR", is_write=False)
    )
)
_PM_TIMER = by_vmm(
    either(ports(0x608, 0xB008, is_write=False, size=4), named("pm", "PM_TMR", is_write=False))
)
_HPET = 0xFED0_0000
_HPET_COUNTER = by_vmm(memory(_HPET + 0xF0, _HPET + 0xF7))
_PIT = ports(0x40, 0x41, 0x42, 0x43, 0x61)  # KVM's own PIT costs, too
_PCI = by_vmm(either(ports(*range(0xCFC, 0xD00)), device("pci-mmconfig")))
_VGA = by_vmm(either(ports(0x1CE, 0x1CF, *range(0x3B0, 0x3E0)), memory(0xA_0000, 0xB_FFFF)))

_CLOCKS = {
    "": "Give the guest a clock that it reads without exits: kvm-clock or the TSC for Linux, "
    "Hyper-V's reference TSC page for Windows.",
    "qemu": "Linux: boot with clocksource=kvm-clock or tsc; QEMU: -cpu host,+invtsc. Windows: "
    "-cpu host,hv-time,hv-vpindex,hv-synic,hv-stimer; libvirt: <timer name='hypervclock' "
    "present='yes'/>. In Windows, `bcdedit /deletevalue useplatformclock`.",
    "cloud-hypervisor": "Linux: boot with clocksource=kvm-clock or tsc. Windows: --cpus "
    "kvm_hyperv=on.",
}
_SERIAL = {
    "": "Put the console on virtio-console (console=hvc0).",
    "qemu": "QEMU: -device virtio-serial-pci -device virtconsole,chardev=ID, and console=hvc0 in "
    "the guest; libvirt: <console><target type='virtio'/></console>.",
    "cloud-hypervisor": "Use --console tty (or pty) with console=hvc0, and --serial off.",
    "firecracker": "Boot with 8250.nr_uarts=0, or at least with `quiet` (boot_args).",
}
_APICV = (
    "Where the CPU has APICv or AVIC, load kvm_intel with enable_apicv=1 or kvm_amd with avic=1, "
    "and look for what inhibits it (perf record -e kvm:kvm_apicv_inhibit_changed). "
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A situation: how to tell it, from how many accesses a second, and what to do.

    `what` says what the guest or VMM does; `cures` what to do, by VMM (`Vm.vmm`), "" for others.
    """

    name: str
    per_second: int
    look: Look
    what: str
    cures: Mapping[str, str]

    @property
    def page(self) -> str:
        """The rule's section."""
        return f"docs/advice.md#{self.name}"


RULES = (
    Rule(
        "hpet-pulses",
        500,
        masked_line(0, 2, 8),
        "A timer pulses an interrupt input that the guest has masked: the HPET, left running.",
        {
            "": "Take the HPET away.",
            "qemu": "QEMU: -machine ...,hpet=off (-no-hpet before 5.2); "
            "libvirt: <timer name='hpet' present='no'/>.",
        },
    ),
    Rule(
        "pm-timer",
        1000,
        busy(_PM_TIMER),
        "The guest reads the ACPI PM timer as its clock.",
        _CLOCKS,
    ),
    Rule(
        "hpet-clock",
        1000,
        busy(_HPET_COUNTER),
        "The guest reads the HPET's counter as its clock.",
        {**_CLOCKS, "qemu": _CLOCKS["qemu"] + " -machine ...,hpet=off takes the HPET away."},
    ),
    Rule(
        "pit",
        2000,
        busy(_PIT),
        "The guest measures time by the PIT (ports 0x40 to 0x43, 0x61).",
        {
            "": "Tell the guest its TSC's frequency: kvm-clock, or CPUID leaf 0x15 or 0x16.",
            "qemu": "Tell the guest its TSC's frequency: -cpu host,+invtsc (kvm-clock is on by "
            "default); Windows: hv-time,hv-frequencies.",
        },
    ),
    Rule(
        "uart-polling",
        1000,
        busier(_LSR, than=_THR, factor=2),
        "The guest polls a serial port's line status.",
        {**_SERIAL, "": "Let the guest's driver use the port's interrupt. " + _SERIAL[""]},
    ),
    Rule(
        "uart-output",
        1000,
        busy(_THR),
        "The guest prints on a serial port, an exit or more a byte.",
        _SERIAL,
    ),
    Rule(
        "apic-eoi",
        5000,
        apic(0xB0, "EOI"),
        "Each end of interrupt is an exit.",
        {
            "": _APICV + "The CPU flag kvm-pv-eoi saves some for Linux guests.",
            "qemu": _APICV + "QEMU: -cpu ...,kvm-pv-eoi=on for Linux, hv-vapic for Windows "
            "(libvirt: <apic eoi='on'/>, <vapic state='on'/>); with hv-synic add hv-apicv.",
        },
    ),
    Rule(
        "apic-tpr",
        5000,
        apic(0x80, "TPR"),
        "Each change of the task priority is an exit.",
        {
            "": _APICV + "A 64-bit guest uses CR8 instead.",
            "qemu": _APICV + "Windows: -cpu ...,hv-vapic (libvirt: <vapic state='on'/>); a 64-bit "
            "guest uses CR8 instead.",
        },
    ),
    Rule(
        "pci-configuration",
        2000,
        busy(_PCI),
        "The guest accesses PCI configuration space again and again.",
        {
            "": "Find the driver or agent in the guest: INTx handlers and drivers without MSI-X "
            "read the status there, lspci and hot-plug pollers read it all.",
        },
    ),
    Rule(
        "msr-reads",
        5000,
        hot_msr,
        "The guest reads an MSR in a loop.",
        {"": ""},
    ),
    Rule(
        "doorbells",
        1000,
        doorbell,
        "The guest's notifications to a device wake the VMM's vCPU thread, not an eventfd.",
        {
            "": "Use ioeventfd for the device's queues.",
            "qemu": "QEMU: ioeventfd=on for the device (-device virtio-blk-pci,ioeventfd=on,"
            "iothread=ID; nvme has it off by default); libvirt: <driver ioeventfd='on'/>.",
        },
    ),
    Rule(
        "debug-port",
        1000,
        busy(by_vmm(ports(0x402, 0xE9, is_write=True))),
        "Firmware prints on the debug port, an exit a byte.",
        {
            "": "Use a release build of the firmware.",
            "qemu": "Leave -debugcon and isa-debugcon away, or use a release build of OVMF.",
        },
    ),
    Rule(
        "vga",
        2000,
        busy(_VGA),
        "The guest drives the VGA's registers or text screen, an exit an access.",
        {
            "": "Take the VGA away, and use a virtio or serial console.",
            "qemu": "QEMU: -vga none, or -device virtio-vga and its driver in the guest; libvirt: "
            "<video><model type='virtio'/></video>.",
        },
    ),
    Rule(
        "fw-cfg",
        1000,
        busy(by_vmm(ports(0x511, is_write=False, size=1))),
        "Firmware or kernel reads fw_cfg byte by byte.",
        {
            "": "Use fw_cfg's DMA interface.",
            "qemu": "QEMU: a machine type from 2.5 on, and not -global fw_cfg.dma_enabled=off; "
            "firmware that knows DMA (SeaBIOS from 1.9, current OVMF).",
        },
    ),
    Rule(
        "rtc",
        1000,
        busy(by_vmm(ports(0x70, 0x71))),
        "The guest reads the RTC in a loop, or lives on its periodic interrupt.",
        {
            "": "Give the guest another clock and timer.",
            "qemu": "Windows: -cpu host,hv-time,hv-vpindex,hv-synic,hv-stimer; libvirt: <timer "
            "name='hypervclock' present='yes'/> and <stimer state='on'/>. Linux: kvm-clock, and no "
            "loop of hwclock.",
        },
    ),
    Rule(
        "delay-port",
        1000,
        busy(by_vmm(ports(0x80, 0xED, is_write=True))),
        "The guest delays itself by writes to an unused port.",
        {"": "Linux: boot with io_delay=none (or udelay)."},
    ),
)
