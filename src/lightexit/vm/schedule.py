# SPDX-License-Identifier: Apache-2.0
"""`Schedule`: the devices that do something at times of their own, and when the next one does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from lightexit.abi import StateMemory
from lightexit.bus.blame import OverdueCall, described
from lightexit.bus.bus import Bus
from lightexit.bus.clock import BusClock
from lightexit.bus.lock import StateLock
from lightexit.bus.placing import Place
from lightexit.devices.device import Device

#: All devices are asked so often, in VM time, whatever has told of its changes.
_LONGEST_NS = 100_000_000


class Schedule:
    """Brings devices to the present. `hasten` is called, on any thread, by an access after which
    that has to be done earlier than `deadline_ns` was.
    """

    def __init__(self, bus: Bus, clock: BusClock, hasten: Callable[[], None]) -> None:
        self.clock = clock
        #: VM time at which some device next has something to do, None for never.
        self.deadline_ns: int | None = None
        self._bus = bus
        self._hasten = hasten
        #: VM time at which all devices were asked; None where they are to be asked anew.
        self._asked_ns: int | None = None
        #: What they, and those whose states were touched since then, have answered.
        self._wakeups: dict[Device[Any], int | None] = {}
        self._thread = 0
        self._devices: dict[Device[Any], StateLock] = {}
        # By their states, for accesses; another one whenever a device comes or goes.
        self._owners: dict[StateMemory[Any], list[Device[Any]]] = {}

    def attach(self, device: Device[Any], at: Place | None) -> None:
        """Put a device on the bus, where `at` says, and keep its time."""
        self._bus.attach(device, self.touched, at=at)
        self._keep(device)

    def detach(self, device: Device[Any]) -> None:
        """Take a device off the bus; its time stands still."""
        self._bus.detach(device)
        self._forget(device)

    def replace(self, device: Device[Any], other: Device[Any], at: Place | None) -> None:
        """Put `other` in the place of `device`, or where `at` says, and keep its time instead."""
        self._bus.replace(device, other, self.touched, at=at)
        self._forget(device)
        self._keep(other)

    def _keep(self, device: Device[Any]) -> None:
        if _has_time(device):
            self._devices[device] = self._bus.locked(device.memory)
        self._sort()

    def _forget(self, device: Device[Any]) -> None:
        self._devices.pop(device, None)
        self._sort()

    def _sort(self) -> None:
        owners: dict[StateMemory[Any], list[Device[Any]]] = {}
        for device in self._devices:
            owners.setdefault(device.memory, []).append(device)
        self._owners = owners
        self.forget()

    def forget(self) -> None:
        """Ask all devices anew: their states were changed by others than accesses."""
        self._asked_ns = None

    def touched(self, states: Sequence[StateMemory[Any]]) -> None:
        """Ask the devices of these states, which may have changed and are locked, when they next
        have something to do: whichever device's access or line changed them."""
        for state in states:
            for device in self._owners.get(state, ()):
                self._note(device, device.next_wakeup())

    def _note(self, device: Device[Any], wakeup_ns: int | None) -> None:
        deadline_ns = self.deadline_ns  # once: another thread may be changing it
        is_next = wakeup_ns is not None and (deadline_ns is None or wakeup_ns < deadline_ns)
        if threading.get_ident() == self._thread:
            self._wakeups[device] = wakeup_ns
            self._find_deadline()
        elif is_next:
            self.forget()  # that thread may be about to note others
        if is_next:
            self._hasten()

    def _find_deadline(self) -> None:
        dues = (each for each in self._wakeups.values() if each is not None)
        self.deadline_ns = min(dues, default=None)

    def advance(self) -> None:
        """Have every device do what is due, and find the next deadline."""
        self.clock.refine()
        now_ns = self.clock.now_ns()
        if self._asked_ns is None or now_ns - self._asked_ns >= _LONGEST_NS:
            self._thread, self._asked_ns = threading.get_ident(), now_ns
            self._wakeups.clear()
        # From here on an access of another thread counts as early.
        self.deadline_ns = None
        for device, lock in list(self._devices.items()):  # which may come and go meanwhile
            if self._is_due(device, now_ns):
                with lock:
                    self._wakeups[device] = self._advance(device, now_ns)
        self._find_deadline()

    def _is_due(self, device: Device[Any], now_ns: int) -> bool:
        """Or whether it is to be asked that."""
        wakeup_ns = self._wakeups.get(device, now_ns)
        return wakeup_ns is not None and wakeup_ns <= now_ns

    def reset(self, device: Device[Any]) -> None:
        """Bring a device to power-on."""
        self.forget()
        with self._bus.locked(device.memory):
            self._reset(device)

    def _reset(self, device: Device[Any]) -> None:
        try:
            device.reset()
        except (Exception, OverdueCall) as error:
            raise described(device, error)  # noqa: B904 - it says itself what it comes from

    def _advance(self, device: Device[Any], now_ns: int) -> int | None:
        try:
            wakeup_ns = device.next_wakeup()
            if wakeup_ns is None or wakeup_ns > now_ns:
                return wakeup_ns
            device.advance(now_ns)
            return device.next_wakeup()
        except (Exception, OverdueCall) as error:
            raise described(device, error)  # noqa: B904 - it says itself what it comes from

    def left_ns(self) -> int | None:
        """VM time from now to the deadline; below 0 where it has passed."""
        return None if self.deadline_ns is None else self.deadline_ns - self.clock.now_ns()


def _has_time(device: Device[Any]) -> bool:
    return type(device).next_wakeup is not Device.next_wakeup
