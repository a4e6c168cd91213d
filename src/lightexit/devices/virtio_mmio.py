# SPDX-License-Identifier: Apache-2.0
"""virtio over MMIO: the registers by which a driver finds a device, sets up queues, rings them.

Fast path: QueueNotify, InterruptStatus and InterruptACK, three accesses for every request. A
doorbell clears the flag that asks for it before it is rung: while a queue's consumer is awake,
further notifications cost nothing.
Reference: VIRTIO 1.2, sections 2.1, 2.2, 3.1 and 4.2.

What is in the queues is the back end's. Its consumer of a queue, about to sleep, calls `rearm`
and then looks at the queue once more: what the driver adds after that look rings the doorbell.

Where the specification leaves the answer open: an access to the control registers that is not
32 bits wide and aligned reads 0 and writes nothing. Status bits stay until the reset; one whose
step is out of order, or whose features are not on offer, does not come on. A queue that is
ready keeps its size and addresses. Packed rings may have any size, split rings a power of two.

| a guest may                           | what we do                            | caller        |
|---------------------------------------|---------------------------------------|---------------|
| notify a queue that is not there,     | nothing                               | -             |
| not ready, or before DRIVER_OK        |                                       |               |
| notify without end                    | ring once for every time that the     | -             |
|                                       | consumer sleeps                       |               |
| accept features that are not on offer | refuse FEATURES_OK, and so DRIVER_OK  | -             |
| move or resize a queue in use         | not while it is ready                 | -             |
| reset while the consumer works        | tell the back end                     | to stop there |
| give any addresses                    | keep them                             | to check them |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from lightexit.bus.clock import Clock
from lightexit.bus.doorbell import bell
from lightexit.bus.line import Line
from lightexit.bus.region import mmio
from lightexit.devices.device import Device
from lightexit.devices.virtio_registers import (
    DRIVER_BITS,
    VirtioFeature,
    VirtioInterrupt,
    VirtioReg,
    VirtioStatus,
)
from lightexit.devices.width import read_bytes, with_half
from lightexit.errors import AuthorError
from lightexit.filter import (
    Array,
    IoContext,
    Struct,
    Verdict,
    array,
    inline,
    io_filter,
    u8,
    u32,
    u64,
)

MAGIC = int.from_bytes(b"virt", "little")
VERSION = 2
VENDOR = int.from_bytes(b"LEXT", "little")
QUEUES = 8
CONFIG_SIZE = 0x100
MOST_ENTRIES = 32_768
ALL_ONES = 2**32 - 1


#: Features that would change the registers' meaning in ways that are not modelled.
UNSUPPORTED = VirtioFeature.NOTIFICATION_DATA | VirtioFeature.RING_RESET
#: Fields of `Queue` that hold addresses, by the register of their lower half.
AREAS = {
    VirtioReg.QUEUE_DESC_LOW: "descriptors",
    VirtioReg.QUEUE_DRIVER_LOW: "driver",
    VirtioReg.QUEUE_DEVICE_LOW: "device",
}


class Queue(Struct):
    """One virtqueue as its driver set it up: guest addresses, and the number of entries."""

    descriptors: u64
    driver: u64
    device: u64
    size: u32
    ready: bool
    asleep: bool = True  # its consumer waits for the doorbell


class VirtioState(Struct):
    """The registers, and the device's own configuration."""

    driver_features: u64
    device_features_select: u32
    driver_features_select: u32
    queue_select: u32
    generation: u32
    status: u8
    interrupts: u8
    queues: Array[Queue] = array(Queue, QUEUES)
    config: Array[u8] = array(u8, CONFIG_SIZE)


@inline
def is_running(virtio: VirtioState) -> bool:
    """Whether the driver is done with setting up, and nothing has failed since."""
    return (
        virtio.status & (VirtioStatus.DRIVER_OK | VirtioStatus.NEEDS_RESET)
        == VirtioStatus.DRIVER_OK
    )


@io_filter
def notify(ctx: IoContext, virtio: VirtioState) -> Verdict:
    """Notifications of queues in use."""
    if ctx.offset != VirtioReg.QUEUE_NOTIFY or not ctx.is_write:
        return Verdict.PASS
    if ctx.data >= QUEUES or not is_running(virtio):
        return Verdict.PASS
    queue = virtio.queues[ctx.data]
    if not queue.ready:
        return Verdict.PASS
    if queue.asleep:
        queue.asleep = False
        ctx.signal(u32(ctx.data))
    return Verdict.HANDLED


@io_filter
def read_interrupts(ctx: IoContext, virtio: VirtioState) -> Verdict:
    """Which interrupts there are."""
    if ctx.offset != VirtioReg.INTERRUPT_STATUS or ctx.is_write:
        return Verdict.PASS
    ctx.data = virtio.interrupts
    return Verdict.HANDLED


@io_filter
def acknowledge(ctx: IoContext, virtio: VirtioState) -> Verdict:
    """The driver has seen some interrupts; with the last one the line falls."""
    if ctx.offset != VirtioReg.INTERRUPT_ACK or not ctx.is_write:
        return Verdict.PASS
    virtio.interrupts = virtio.interrupts & ~ctx.data
    if virtio.interrupts == 0:
        ctx.lower_line(0)
    return Verdict.HANDLED


#: The control registers from an offset up to another, and their filter. The doorbell has one of
#: its own, which drives no line: it can be answered inside KVM, where `acknowledge` cannot.
WINDOWS = (
    (VirtioReg.MAGIC_VALUE, VirtioReg.QUEUE_NOTIFY, None),
    (VirtioReg.QUEUE_NOTIFY, VirtioReg.INTERRUPT_STATUS, notify),
    (VirtioReg.INTERRUPT_STATUS, VirtioReg.INTERRUPT_ACK, read_interrupts),
    (VirtioReg.INTERRUPT_ACK, VirtioReg.CONFIG, acknowledge),
)


def _nothing(*_: object) -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class VirtioBackend:
    """The device behind the transport. Its functions are called with the state's lock held.

    `notify(queue)` wakes a queue's consumer, or does the consumer's work at once. `doorbells`, one
    a queue, are rung in its place: an `EventFd` (`bus/doorbell.py`) without entering Python, by
    the kernel too if all of them are.
    `queue_sizes` are the most entries of each queue. `reset` tells that no queue may be touched
    any more. `write_config(offset, value, size)` is a driver's write to the configuration, which
    by itself changes nothing: `set_config` does.
    """

    device_id: int
    notify: Callable[[int], object] = _nothing
    doorbells: tuple[Callable[[], object], ...] = ()
    queue_sizes: tuple[int, ...] = (256,)
    features: int = 0
    config: bytes = b""
    reset: Callable[[], object] = _nothing
    write_config: Callable[[int, int, int], object] = _nothing


def _check(backend: VirtioBackend) -> None:
    if backend.features & UNSUPPORTED:
        raise AuthorError(
            f"virtio features {backend.features & UNSUPPORTED:#x}",
            expected="neither NOTIFICATION_DATA (bit 38) nor RING_RESET (bit 40)",
        )
    if len(backend.queue_sizes) > QUEUES or len(backend.config) > CONFIG_SIZE:
        raise AuthorError(
            f"a virtio device of {len(backend.queue_sizes)} queues and {len(backend.config)} "
            "bytes of configuration",
            expected=f"at most {QUEUES} queues and {CONFIG_SIZE} bytes",
        )
    if len(backend.doorbells) not in (0, len(backend.queue_sizes)):
        raise AuthorError(
            f"{len(backend.doorbells)} doorbells for {len(backend.queue_sizes)} virtio queues",
            expected="one a queue, or none where `notify` serves all",
        )
    if not all(0 < size <= MOST_ENTRIES for size in backend.queue_sizes):
        raise AuthorError(
            f"virtio queue sizes {backend.queue_sizes}", expected=f"1 to {MOST_ENTRIES} entries"
        )


class VirtioMmio(Device[VirtioState]):
    """The model: all that sets up. `irq` is up while InterruptStatus has a bit set."""

    name = "virtio-mmio"
    registers = VirtioReg
    regions = (
        *(
            mmio(end - start, offset=start, register_width=4, filter=filter)
            for start, end, filter in WINDOWS
        ),
        mmio(CONFIG_SIZE, offset=VirtioReg.CONFIG),
    )

    def __init__(self, clock: Clock, irq: Line, backend: VirtioBackend) -> None:
        super().__init__(clock)
        _check(backend)
        self.lines = (irq,)
        self.backend = backend
        rings = backend.doorbells or tuple(
            partial(backend.notify, number) for number in range(len(backend.queue_sizes))
        )
        # Not visible to a proof: a queue that the back end lacks is never ready, so never notified.
        self.doorbells = (*rings, *(bell(),) * (QUEUES - len(rings)))
        self._irq = irq
        self._offered = backend.features | VirtioFeature.VERSION_1
        self.reset()

    def reset(self) -> None:
        """The state before a driver came."""
        super().reset()
        self._store_config(0, self.backend.config)
        self._drive()

    def configuration(self) -> dict[str, object]:
        """What a driver may have read of the back end, and settled with it."""
        about = self.backend
        numbers = {"device_id": about.device_id, "config": f"{len(about.config)} bytes"}
        return {**numbers, "features": f"{self._offered:#x}", "queue_sizes": about.queue_sizes}

    # For the back end

    def is_live(self, number: int) -> bool:
        """Whether the back end may touch this queue."""
        return is_running(self.state) and self.state.queues[number].ready

    def rearm(self, number: int) -> None:
        """The consumer of a queue is about to sleep: the next notification rings."""
        self.state.queues[number].asleep = True

    def notify_used(self) -> None:
        """Buffers were used: interrupt the driver."""
        self._interrupt(VirtioInterrupt.USED_BUFFER)

    def set_config(self, offset: int, content: bytes) -> None:
        """Change the configuration, and tell the driver."""
        self._store_config(offset, content)
        self.state.generation = u32(self.state.generation + 1)
        self._interrupt(VirtioInterrupt.CONFIG_CHANGE)

    def fail(self) -> None:
        """Nothing goes any more until the driver resets the device."""
        is_driven = is_running(self.state)
        self.state.status |= VirtioStatus.NEEDS_RESET
        if is_driven:
            self.state.interrupts |= VirtioInterrupt.CONFIG_CHANGE
            self._drive()

    def _interrupt(self, cause: VirtioInterrupt) -> None:
        if is_running(self.state):
            self.state.interrupts |= cause
            self._drive()

    def _drive(self) -> None:
        self._irq.set(self.state.interrupts != 0)

    def _store_config(self, offset: int, content: bytes) -> None:
        for place, byte in enumerate(content, offset):
            self.state.config[place] = byte

    # For the guest

    def read(self, offset: int, size: int) -> int:
        """A register, or any bytes of the configuration."""
        if offset >= VirtioReg.CONFIG:
            image = bytes(self.state.config[at] for at in range(len(self.backend.config)))
            return read_bytes(image, offset - VirtioReg.CONFIG, size)
        return self._read(offset) if size == 4 else 0

    def write(self, offset: int, value: int, size: int) -> None:
        """A register, or any bytes of the configuration."""
        if offset >= VirtioReg.CONFIG:
            self.backend.write_config(offset - VirtioReg.CONFIG, value, size)
        elif size == 4:
            self._write(offset, value)

    def _read(self, offset: int) -> int:
        virtio = self.state
        match offset:
            case VirtioReg.MAGIC_VALUE:
                return MAGIC
            case VirtioReg.VERSION:
                return VERSION
            case VirtioReg.DEVICE_ID:
                return self.backend.device_id
            case VirtioReg.VENDOR_ID:
                return VENDOR
            case VirtioReg.DEVICE_FEATURES:
                return self._offered >> 32 * min(virtio.device_features_select, 2) & ALL_ONES
            case VirtioReg.INTERRUPT_STATUS:
                return virtio.interrupts
            case VirtioReg.STATUS:
                return virtio.status
            case VirtioReg.CONFIG_GENERATION:
                return virtio.generation
            case (
                VirtioReg.SHM_LEN_LOW
                | VirtioReg.SHM_LEN_HIGH
                | VirtioReg.SHM_BASE_LOW
                | VirtioReg.SHM_BASE_HIGH
            ):
                return ALL_ONES
            case _:
                return self._read_queue(offset)

    def _read_queue(self, offset: int) -> int:
        number = self.state.queue_select
        if number >= len(self.backend.queue_sizes):
            return 0
        match offset:
            case VirtioReg.QUEUE_NUM_MAX:
                return self.backend.queue_sizes[number]
            case VirtioReg.QUEUE_READY:
                return self.state.queues[number].ready
            case _:
                return 0

    def _write(self, offset: int, value: int) -> None:
        virtio = self.state
        match offset:
            case VirtioReg.DEVICE_FEATURES_SEL:
                virtio.device_features_select = value
            case VirtioReg.DRIVER_FEATURES_SEL:
                virtio.driver_features_select = value
            case VirtioReg.DRIVER_FEATURES:
                self._accept(value)
            case VirtioReg.QUEUE_SEL:
                virtio.queue_select = value
            case VirtioReg.QUEUE_NOTIFY:
                self._notify(value)
            case VirtioReg.INTERRUPT_ACK:
                virtio.interrupts &= ~value
                self._drive()
            case VirtioReg.STATUS:
                self._set_status(value)
            case _:
                self._write_queue(offset, value)

    def _accept(self, features: int) -> None:
        """Half of the features that the driver accepts, while it may still choose."""
        virtio = self.state
        if not virtio.status & VirtioStatus.FEATURES_OK and virtio.driver_features_select < 2:
            virtio.driver_features = with_half(
                virtio.driver_features, features, virtio.driver_features_select
            )

    def _set_status(self, value: int) -> None:
        if value == 0:
            self.reset()
            self.backend.reset()
            return
        status = self.state.status | value & DRIVER_BITS
        if not self._has_fine_features():
            status &= ~VirtioStatus.FEATURES_OK
        if not status & VirtioStatus.FEATURES_OK:
            status &= ~VirtioStatus.DRIVER_OK
        self.state.status = status

    def _has_fine_features(self) -> bool:
        accepted = self.state.driver_features
        return not accepted & ~self._offered and bool(accepted & VirtioFeature.VERSION_1)

    def _notify(self, number: int) -> None:
        if number < QUEUES and self.is_live(number) and self.state.queues[number].asleep:
            self.state.queues[number].asleep = False
            self.doorbells[number]()

    def _write_queue(self, offset: int, value: int) -> None:
        number = self.state.queue_select
        if number >= len(self.backend.queue_sizes):
            return
        queue = self.state.queues[number]
        if offset == VirtioReg.QUEUE_READY:
            queue.ready = bool(value & 1) and self._has_fine_size(number)
            queue.asleep = True
        elif not queue.ready and offset == VirtioReg.QUEUE_NUM:
            queue.size = value
        elif not queue.ready and offset & ~4 in AREAS:
            area = AREAS[VirtioReg(offset & ~4)]
            setattr(queue, area, with_half(getattr(queue, area), value, offset >> 2 & 1))

    def _has_fine_size(self, number: int) -> bool:
        size = self.state.queues[number].size
        is_fine = self.state.driver_features & VirtioFeature.RING_PACKED or not size & size - 1
        return 0 < size <= self.backend.queue_sizes[number] and bool(is_fine)
