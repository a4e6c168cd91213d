# SPDX-License-Identifier: Apache-2.0
"""Where a machine has its interrupt controllers."""

from __future__ import annotations

from enum import StrEnum


class Irqchip(StrEnum):
    """Of a PC's PIC pair, I/O APIC and local APICs, those that the back end keeps."""

    #: None: the PIC pair is a device, and there are no APICs.
    OFF = "off"
    #: The local APICs: PIC pair and I/O APIC are devices.
    SPLIT = "split"
    #: All of them.
    KERNEL = "kernel"

    @property
    def has_apics(self) -> bool:
        """Whether a guest finds APICs: several vCPUs need them."""
        return self is not Irqchip.OFF


def default_irqchip(cpus: int) -> Irqchip:
    """The default for so many vCPUs."""
    return Irqchip.OFF if cpus == 1 else Irqchip.KERNEL
