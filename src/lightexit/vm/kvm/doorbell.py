# SPDX-License-Identifier: Apache-2.0
"""KVM's own doorbells (ioeventfd): a guest's write signals an eventfd and goes no further."""

from __future__ import annotations

from dataclasses import dataclass

from lightexit.abi import Space
from lightexit.vm.kvm import ioctl
from lightexit.vm.kvm.structs import Ioeventfd
from lightexit.vm.kvm.system import Capability
from lightexit.vm.kvm.vm import KvmVm

_MATCH, _PIO, _DETACH = 1, 2, 4


@dataclass(frozen=True)
class Doorbell:
    """The register whose writes signal. `size` 0 means any; `match` None means any value."""

    space: Space
    address: int
    size: int = 0
    match: int | None = None

    def tie(self, vm: KvmVm, eventfd: int) -> None:
        """From now on writes signal `eventfd`; the bus sees them no more."""
        vm.kvm.require(Capability.IOEVENTFD)
        self._set(vm, eventfd, 0)

    def untie(self, vm: KvmVm, eventfd: int) -> None:
        """Writes go to the bus again."""
        self._set(vm, eventfd, _DETACH)

    def _set(self, vm: KvmVm, eventfd: int, flags: int) -> None:
        request = Ioeventfd()
        request.address, request.size, request.fd = self.address, self.size, eventfd
        request.match = self.match or 0
        matches = 0 if self.match is None else _MATCH
        request.flags = flags | matches | (_PIO if self.space is Space.PIO else 0)
        ioctl.put(vm.fd, ioctl.IOEVENTFD, request)
