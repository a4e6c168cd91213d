# SPDX-License-Identifier: Apache-2.0
"""Where the devices of a PC are.

Firmware and kernels know most of these addresses by heart; the others they are told, by ACPI
(`boot/acpi.py`), by PCI's configuration space or by the devices' own specifications.
"""

from __future__ import annotations

from lightexit.bus.placing import Place
from lightexit.runtime.layout import CR8

# The 82371AB (PIIX4) data sheet, section 4.2, has what a PC/AT has had there since 1984.
PIC_MASTER, PIC_SLAVE, PIC_ELCR = 0x20, 0xA0, 0x4D0
PIT, PS2, PORT61, RTC, PORT92, APM = 0x40, 0x60, 0x61, 0x70, 0x92, 0xB2
#: IBM PC/AT technical reference: the first serial port.
COM1 = 0x3F8
#: Programmable in a PIIX4 (PMBASE, 7.2); where SeaBIOS and QEMU have put it and GPE0.
PM, PM_GPE0 = 0xB000, 0xAFE0
#: Where SeaBIOS puts PMBASE if fw_cfg gives it ACPI tables, which have to tell of that.
PM_BY_TABLES = 0x600
#: PCI 3.0, section 3.2.2.3.2: configuration mechanism #1.
PCI_CONFIG = 0xCF8
#: 82093AA data sheet, section 3.0.
IOAPIC = 0xFEC0_0000
#: Intel SDM volume 3, section 11.4.1: where it is after reset. Its MSRs are in the table.
LOCAL_APIC = 0xFEE0_0000
#: Anywhere (IA-PC HPET 1.0a, 3.2.4: ACPI reports it); Intel chip sets have it here.
HPET = 0xFED0_0000
#: QEMU: docs/specs/fw_cfg; the isa-debug-exit of test suites; SeaBIOS's debug output.
FW_CFG, DEBUG_EXIT, DEBUGCON = 0x510, 0xF4, 0x402
#: No PC has one by itself; where QEMU's microvm puts them.
VIRTIO_MMIO = 0xFEB0_0000
#: QEMU's pc-testdev, which no PC has by itself either.
TESTDEV, TESTDEV_IRQ, TESTDEV_MEMORY = 0xE0, 0x2000, 0xFF00_0000


def pm_place(base: int) -> Place:
    """The PM registers at `base`, and what goes with them where it always is."""
    return {"pm": base, "apm": APM, "gpe0": PM_GPE0}


#: The devices by name: an address, or one for each named window.
PC: dict[str, Place] = {
    "pic": {"master": PIC_MASTER, "slave": PIC_SLAVE, "elcr": PIC_ELCR},
    "pit": PIT,
    "ps2": PS2,  # its command port four ports on
    "port61": PORT61,
    "rtc": RTC,
    "port92": PORT92,
    "uart": COM1,
    "pm": pm_place(PM),
    "i440fx": PCI_CONFIG,
    "fw_cfg": FW_CFG,
    "debug_exit": DEBUG_EXIT,
    "debugcon": DEBUGCON,
    "ioapic": IOAPIC,
    "local_apic": {
        "page": LOCAL_APIC,
        "x2apic": 0x802,
        "base": 0x1B,
        "deadline": 0x6E0,
        "cr8": CR8,
    },
    "hpet": HPET,
    "virtio-mmio": VIRTIO_MMIO,
    "pc-testdev": {"ports": TESTDEV, "irq": TESTDEV_IRQ, "memory": TESTDEV_MEMORY},
}
