# SPDX-License-Identifier: Apache-2.0
"""MSRs and CR8 of devices, on an emulator that has no hook for RDMSR, WRMSR and MOV CR8.

Nor has it for MOV to CR4, of which it takes any bit: reserved ones raise #GP here.

It has one for code at chosen addresses, which has to be there when that is translated. So native
code (runtime/unicorn_msrs.h) searches what has been translated, before it runs, for bytes that may
be such an instruction. Where there are any, the guest stops, gets hooks there, and goes on with
that code translated anew.
"""

from __future__ import annotations

from typing import Any

from unicorn import UC_HOOK_CODE

from lightexit.bus.bus import BusCpu
from lightexit.bus.memory import Record
from lightexit.bus.native import dispatch
from lightexit.runtime.layout import MsrPlace, MsrWatch, Watch
from lightexit.vm.unicorn.delivery import hooks
from lightexit.vm.unicorn.native import add_hook, delete_hook


class MsrHooks:
    """Those of one engine; none until a device on the bus has an MSR. `rip` is Unicorn's number."""

    def __init__(self, uc: Any, bus_cpu: BusCpu, watch: Record[Watch], rip: int) -> None:
        self._uc, self._bus, self._watch = uc, bus_cpu.bus, watch
        self._record = Record(MsrWatch)
        self._msrs = self._record.fields
        self._msrs.vcpu, self._msrs.rip = bus_cpu.address, rip
        self._msrs.access = dispatch().address("perform_claimed")
        watch.fields.msrs, watch.fields.look = self._record.address, 0
        self._handles: list[int] = []

    def look_for_devices(self) -> None:
        """Before the guest runs: what was translated before there were any was not searched."""
        if self._bus.msr_ranges and not self._msrs.is_on:
            self._msrs.is_on = True
            self._msrs.is_announced, self._watch.fields.look = False, 1
            self._uc.ctl_flush_tb()

    @property
    def has_stopped(self) -> bool:
        """Whether the guest has only stopped for `hook_places`."""
        has_new = self._msrs.is_full or self._msrs.count > self._msrs.hooked
        return bool(has_new and self._watch.fields.is_stopped)

    def hook_places(self) -> None:
        """Hook what was found; the registers may change."""
        self._watch.fields.is_stopped = 0
        self._watch.fields.look = not self._msrs.is_announced
        if self._msrs.is_full:
            self._forget()
        for index in range(self._msrs.hooked, self._msrs.count):
            self._hook(self._msrs.places[index])
        self._msrs.hooked = self._msrs.count

    def _hook(self, place: MsrPlace) -> None:
        places = place.first, place.last
        function = hooks().address("at_msr_place")
        handle = add_hook(self._uc, UC_HOOK_CODE, self._watch.address, function, places=places)
        self._handles.append(handle)
        self._uc.ctl_remove_cache(place.last, place.last + 1)

    def _forget(self) -> None:
        """All places; those still in use are found again, once translated again."""
        for handle in self._handles:
            delete_hook(self._uc, handle)
        self._uc.ctl_flush_tb()
        self._handles.clear()
        self._msrs.count = self._msrs.hooked = 0
        self._msrs.is_full = False
