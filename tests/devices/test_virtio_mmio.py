# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from lightexit.abi import Space
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices.virtio_mmio import CONFIG_SIZE, MAGIC, QUEUES, VirtioBackend, VirtioMmio
from lightexit.devices.virtio_registers import (
    VirtioFeature,
    VirtioInterrupt,
    VirtioReg,
    VirtioStatus,
)
from lightexit.errors import AuthorError
from lightexit.rigs.rig import Rig
from lightexit.rigs.runners import plain
from lightexit.vm.places import VIRTIO_MMIO as BASE

INDIRECT = 1 << 28
READY = VirtioStatus.ACKNOWLEDGE | VirtioStatus.DRIVER | VirtioStatus.FEATURES_OK
RUNNING = READY | VirtioStatus.DRIVER_OK
AREAS = (VirtioReg.QUEUE_DESC_LOW, VirtioReg.QUEUE_DRIVER_LOW, VirtioReg.QUEUE_DEVICE_LOW)


class Driver:
    """A driver of a device with two queues, whose doorbells are recorded."""

    def __init__(self, features: int = INDIRECT) -> None:
        self.rings: list[int] = []
        self.resets: list[None] = []
        self.config_writes: list[tuple[int, ...]] = []
        backend = VirtioBackend(
            device_id=4,
            notify=self.rings.append,
            queue_sizes=(256, 64),
            features=features,
            config=bytes(range(1, 11)),
            reset=lambda: self.resets.append(None),
            write_config=lambda *access: self.config_writes.append(access),
        )
        irq = Line()
        self.device = VirtioMmio(ManualClock(), irq, backend)
        self.rig = Rig(ManualClock(), [self.device], outputs={0: irq}, runner=plain)

    def read(self, register: int, size: int = 4) -> int:
        return self.rig.read(Space.MMIO, BASE + register, size)

    def write(self, register: int, value: int, size: int = 4) -> None:
        self.rig.write(Space.MMIO, BASE + register, value, size)

    def accept(self, features: int) -> None:
        for half in (0, 1):
            self.write(VirtioReg.DRIVER_FEATURES_SEL, half)
            self.write(VirtioReg.DRIVER_FEATURES, features >> 32 * half & 2**32 - 1)

    def set_up(self, number: int, size: int = 16) -> None:
        self.write(VirtioReg.QUEUE_SEL, number)
        self.write(VirtioReg.QUEUE_NUM, size)
        self.write(VirtioReg.QUEUE_READY, 1)

    def start(self) -> Driver:
        """All the steps of section 3.1.1."""
        self.write(VirtioReg.STATUS, 0)
        self.write(VirtioReg.STATUS, VirtioStatus.ACKNOWLEDGE)
        self.write(VirtioReg.STATUS, VirtioStatus.ACKNOWLEDGE | VirtioStatus.DRIVER)
        self.accept(VirtioFeature.VERSION_1)
        self.write(VirtioReg.STATUS, READY)
        self.set_up(0)
        self.set_up(1)
        self.write(VirtioReg.STATUS, RUNNING)
        return self

    @property
    def levels(self) -> list[bool]:
        return [level for _, _, level in self.rig.edges]


def test_a_driver_finds_the_device() -> None:
    driver = Driver()
    assert driver.read(VirtioReg.MAGIC_VALUE) == MAGIC == 0x7472_6976
    assert (driver.read(VirtioReg.VERSION), driver.read(VirtioReg.DEVICE_ID)) == (2, 4)
    offered = []
    for half in (0, 1, 2, 2**32 - 1):
        driver.write(VirtioReg.DEVICE_FEATURES_SEL, half)
        offered.append(driver.read(VirtioReg.DEVICE_FEATURES))
    assert offered == [INDIRECT, 1, 0, 0]


def test_a_driver_starts_the_device() -> None:
    driver = Driver().start()
    assert driver.read(VirtioReg.STATUS) == RUNNING
    assert driver.read(VirtioReg.QUEUE_READY) == 1
    assert driver.device.is_live(0)
    assert not driver.device.is_live(2)
    assert driver.device.state.driver_features == VirtioFeature.VERSION_1


@pytest.mark.parametrize("features", [0, INDIRECT, VirtioFeature.VERSION_1 | 1, 2**64 - 1])
def test_features_that_are_not_fine_do_not_come_on(features: int) -> None:
    driver = Driver()
    driver.accept(features)
    driver.write(VirtioReg.STATUS, RUNNING)
    assert driver.read(VirtioReg.STATUS) == VirtioStatus.ACKNOWLEDGE | VirtioStatus.DRIVER


def test_features_stay_once_they_are_agreed_on() -> None:
    driver = Driver().start()
    driver.accept(VirtioFeature.VERSION_1 | INDIRECT)
    assert driver.device.state.driver_features == VirtioFeature.VERSION_1


def test_status_bits_stay_until_the_reset() -> None:
    driver = Driver().start()
    driver.write(VirtioReg.STATUS, VirtioStatus.ACKNOWLEDGE)
    assert driver.read(VirtioReg.STATUS) == RUNNING
    driver.write(VirtioReg.STATUS, VirtioStatus.FAILED | VirtioStatus.NEEDS_RESET)
    assert driver.read(VirtioReg.STATUS) == RUNNING | VirtioStatus.FAILED


def test_a_reset_ends_everything() -> None:
    driver = Driver().start()
    driver.write(VirtioReg.QUEUE_NOTIFY, 1)
    driver.device.notify_used()
    before = len(driver.resets)
    driver.write(VirtioReg.STATUS, 0)
    assert len(driver.resets) == before + 1
    assert driver.levels == [True, False]
    assert (driver.read(VirtioReg.STATUS), driver.read(VirtioReg.INTERRUPT_STATUS)) == (0, 0)
    for number in range(2):
        driver.write(VirtioReg.QUEUE_SEL, number)
        assert driver.read(VirtioReg.QUEUE_READY) == 0
        assert not driver.device.is_live(number)


@pytest.mark.parametrize("number", [2, 7, 8, 1023, 2**32 - 1])
def test_queues_beyond_the_last_are_not_there(number: int) -> None:
    driver = Driver().start()
    driver.write(VirtioReg.QUEUE_SEL, number)
    driver.write(VirtioReg.QUEUE_NUM, 16)
    driver.write(VirtioReg.QUEUE_READY, 1)
    assert (driver.read(VirtioReg.QUEUE_NUM_MAX), driver.read(VirtioReg.QUEUE_READY)) == (0, 0)
    driver.write(VirtioReg.QUEUE_NOTIFY, number)
    assert driver.rings == []


@pytest.mark.parametrize(("size", "packed", "ready"), [
    (0, 0, 0), (1, 0, 1), (64, 0, 1), (65, 0, 0), (128, 0, 0), (48, 0, 0), (48, 1, 1),
])  # fmt: skip
def test_queue_sizes(size: int, packed: int, ready: int) -> None:
    driver = Driver(VirtioFeature.RING_PACKED)
    driver.accept(VirtioFeature.VERSION_1 | packed * VirtioFeature.RING_PACKED)
    driver.write(VirtioReg.STATUS, READY)
    driver.set_up(1, size)
    assert driver.read(VirtioReg.QUEUE_READY) == ready
    assert driver.read(VirtioReg.QUEUE_NUM_MAX) == 64


def test_a_queue_that_is_ready_keeps_its_place() -> None:
    driver = Driver()
    driver.accept(VirtioFeature.VERSION_1)
    driver.write(VirtioReg.STATUS, READY)
    for count, area in enumerate(AREAS, 1):
        driver.write(area, 0x1000 * count)
        driver.write(area + 4, count)
    driver.set_up(0)
    for area in AREAS:
        driver.write(area, 7)
    driver.write(VirtioReg.QUEUE_NUM, 32)
    queue = driver.device.state.queues[0]
    found = (queue.descriptors, queue.driver, queue.device, queue.size)
    assert found == (0x1_0000_1000, 0x2_0000_2000, 0x3_0000_3000, 16)
    driver.write(VirtioReg.QUEUE_READY, 0)
    driver.write(VirtioReg.QUEUE_NUM, 32)
    assert queue.size == 32


def test_a_doorbell_rings_once_until_the_consumer_sleeps_again() -> None:
    driver = Driver().start()
    for _ in range(5):
        driver.write(VirtioReg.QUEUE_NOTIFY, 1)
    driver.write(VirtioReg.QUEUE_NOTIFY, 0)
    assert driver.rings == [1, 0]
    driver.device.rearm(1)
    driver.write(VirtioReg.QUEUE_NOTIFY, 1)
    assert driver.rings == [1, 0, 1]
    assert driver.rig.handled >= 7


def test_nothing_rings_before_driver_ok_or_after_a_failure() -> None:
    driver = Driver()
    driver.accept(VirtioFeature.VERSION_1)
    driver.write(VirtioReg.STATUS, READY)
    driver.set_up(0)
    driver.write(VirtioReg.QUEUE_NOTIFY, 0)
    driver.device.notify_used()
    assert (driver.rings, driver.levels) == ([], [])
    driver.start()
    driver.device.fail()
    driver.write(VirtioReg.QUEUE_NOTIFY, 0)
    assert driver.rings == []
    assert driver.read(VirtioReg.STATUS) == RUNNING | VirtioStatus.NEEDS_RESET
    assert driver.read(VirtioReg.INTERRUPT_STATUS) == VirtioInterrupt.CONFIG_CHANGE


def test_a_queue_that_is_not_ready_does_not_ring() -> None:
    driver = Driver().start()
    driver.write(VirtioReg.QUEUE_SEL, 0)
    driver.write(VirtioReg.QUEUE_READY, 0)
    for number in (0, 5):
        driver.write(VirtioReg.QUEUE_NOTIFY, number)
    assert driver.rings == []
    driver.set_up(0)
    driver.write(VirtioReg.QUEUE_NOTIFY, 0)
    assert driver.rings == [0]


def test_the_line_falls_with_the_last_cause() -> None:
    driver = Driver().start()
    driver.device.notify_used()
    driver.device.set_config(0, b"\0")
    assert driver.read(VirtioReg.INTERRUPT_STATUS) == 3
    driver.write(VirtioReg.INTERRUPT_ACK, VirtioInterrupt.USED_BUFFER)
    assert (driver.read(VirtioReg.INTERRUPT_STATUS), driver.levels) == (2, [True])
    driver.write(VirtioReg.INTERRUPT_ACK, VirtioInterrupt.CONFIG_CHANGE)
    assert (driver.read(VirtioReg.INTERRUPT_STATUS), driver.levels) == (0, [True, False])


@pytest.mark.parametrize("size", [1, 2, 4])
def test_the_configuration_is_read_in_any_size(size: int) -> None:
    driver = Driver()
    content = bytes(range(1, 11)) + b"\xff" * 6
    for at in range(0, 16, size):
        expected = int.from_bytes(content[at : at + size], "little")
        assert driver.read(VirtioReg.CONFIG + at, size) == expected
    assert driver.read(VirtioReg.CONFIG + CONFIG_SIZE - size, size) == (1 << 8 * size) - 1


def test_the_configuration_changes_with_its_generation() -> None:
    driver = Driver().start()
    driver.device.set_config(2, b"\xaa\xbb")
    assert driver.read(VirtioReg.CONFIG) == 0xBBAA_0201
    assert driver.read(VirtioReg.CONFIG_GENERATION) == 1
    driver.write(VirtioReg.CONFIG + 2, 0x55, 1)
    assert driver.config_writes == [(2, 0x55, 1)]
    assert driver.read(VirtioReg.CONFIG) == 0xBBAA_0201


def test_control_registers_take_whole_words_only() -> None:
    driver = Driver().start()
    assert [driver.read(VirtioReg.MAGIC_VALUE, size) for size in (1, 2)] == [0, 0]
    assert driver.read(VirtioReg.MAGIC_VALUE + 2) == 0
    assert driver.read(VirtioReg.MAGIC_VALUE, 8) == 2 << 32 | MAGIC
    driver.write(VirtioReg.STATUS, 0, 1)
    driver.write(VirtioReg.QUEUE_NOTIFY, 0, 2)
    assert (driver.read(VirtioReg.STATUS), driver.rings) == (RUNNING, [])


def test_there_is_no_shared_memory() -> None:
    driver = Driver()
    assert {driver.read(0xB0 + at) for at in range(0, 16, 4)} == {2**32 - 1}


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"features": 1 << 38}, "neither NOTIFICATION_DATA (bit 38) nor RING_RESET (bit 40)"),
        ({"queue_sizes": (1,) * 9}, "at most 8 queues and 256 bytes"),
        ({"config": bytes(257)}, "a virtio device of 1 queues and 257 bytes of configuration"),
        ({"queue_sizes": (0,)}, "1 to 32768 entries"),
        ({"doorbells": (print, print)}, "2 doorbells for 1 virtio queues"),
    ],
)
def test_impossible_virtio_back_ends_are_refused(wrong: dict[str, object], text: str) -> None:
    backend = VirtioBackend(device_id=1, notify=print, **wrong)  # type: ignore[arg-type]
    with pytest.raises(AuthorError) as caught:
        VirtioMmio(ManualClock(), Line(), backend)
    assert text in str(caught.value)


def test_there_are_as_many_queues_as_actions_can_name() -> None:
    assert QUEUES <= 32
