# SPDX-License-Identifier: Apache-2.0
"""Where a machine has its interrupt controllers."""

from __future__ import annotations

from enum import StrEnum


class Irqchip(StrEnum):
    """Of a PC's PIC pair, I/O APIC and local APICs, those that the back end keeps."""

    #: None: all of them are devices.
    OFF = "off"
    #: The local APICs: PIC pair and I/O APIC are devices.
    SPLIT = "split"
    #: All of them.
    KERNEL = "kernel"

    @property
    def keeps_apics(self) -> bool:
        """Whether it keeps the local APICs: several vCPUs need that."""
        return self is not Irqchip.OFF


def default_irqchip(cpus: int) -> Irqchip:
    """The default for so many vCPUs."""
    return Irqchip.OFF if cpus == 1 else Irqchip.KERNEL
