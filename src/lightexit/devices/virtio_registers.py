# SPDX-License-Identifier: Apache-2.0
"""The registers of virtio over MMIO, and their bits: VIRTIO 1.2, sections 2.1, 4.2.2 and 6."""

from __future__ import annotations

from enum import IntEnum


class VirtioReg(IntEnum):
    """Offsets; the device's own configuration stands behind them."""

    MAGIC_VALUE = 0x000
    VERSION = 0x004
    DEVICE_ID = 0x008
    VENDOR_ID = 0x00C
    DEVICE_FEATURES = 0x010
    DEVICE_FEATURES_SEL = 0x014
    DRIVER_FEATURES = 0x020
    DRIVER_FEATURES_SEL = 0x024
    QUEUE_SEL = 0x030
    QUEUE_NUM_MAX = 0x034
    QUEUE_NUM = 0x038
    QUEUE_READY = 0x044
    QUEUE_NOTIFY = 0x050
    INTERRUPT_STATUS = 0x060
    INTERRUPT_ACK = 0x064
    STATUS = 0x070
    QUEUE_DESC_LOW = 0x080
    QUEUE_DESC_HIGH = 0x084
    QUEUE_DRIVER_LOW = 0x090
    QUEUE_DRIVER_HIGH = 0x094
    QUEUE_DEVICE_LOW = 0x0A0
    QUEUE_DEVICE_HIGH = 0x0A4
    SHM_LEN_LOW = 0x0B0
    SHM_LEN_HIGH = 0x0B4
    SHM_BASE_LOW = 0x0B8
    SHM_BASE_HIGH = 0x0BC
    CONFIG_GENERATION = 0x0FC
    CONFIG = 0x100


class VirtioStatus(IntEnum):
    """Bits of the device status."""

    ACKNOWLEDGE = 1 << 0
    DRIVER = 1 << 1
    DRIVER_OK = 1 << 2
    FEATURES_OK = 1 << 3
    NEEDS_RESET = 1 << 6
    FAILED = 1 << 7


class VirtioInterrupt(IntEnum):
    """Bits of InterruptStatus: why the line is up."""

    USED_BUFFER = 1 << 0
    CONFIG_CHANGE = 1 << 1


class VirtioFeature(IntEnum):
    """Feature bits that the transport uses."""

    VERSION_1 = 1 << 32
    RING_PACKED = 1 << 34
    NOTIFICATION_DATA = 1 << 38
    RING_RESET = 1 << 40


#: Status bits that are the driver's to set.
DRIVER_BITS = (
    VirtioStatus.ACKNOWLEDGE
    | VirtioStatus.DRIVER
    | VirtioStatus.DRIVER_OK
    | VirtioStatus.FEATURES_OK
    | VirtioStatus.FAILED
)
