# SPDX-License-Identifier: Apache-2.0
"""Variables of a filter in C: the kernel counts on in them where user space has left off."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from isa.clang import compile_c
from kernel.inside.machine import HLT, Machine, keep, port_in
from kernel.inside.request import PORT
from lightexit.abi import Space, Struct
from lightexit.abi.types import u32
from lightexit.bus.bus import Bus
from lightexit.bus.clock import HostClock
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.engine.native import NativeEngine
from lightexit.program_filter import load_object
from lightexit.vm.kvm.attach import KernelModule
from lightexit.vm.kvm.offload import KernelOffload

SOURCE = """#include <lightexit.h>
static __u32 served = 40, unused_before;
LIGHTEXIT_FILTER(count, c)
{
    if (c->is_write)
        return LIGHTEXIT_VERDICT_PASS;
    c->data = ++served * 2 + unused_before++;
    return LIGHTEXIT_VERDICT_HANDLED;
}
"""
KEPT = 0x3000


class Nothing(Struct):
    """The filter has variables only."""

    reserved: u32


def test_kernel_and_user_space_share_variables(
    module: KernelModule, machine: Machine, tmp_path: Path
) -> None:
    path, clock = tmp_path / "count.o", HostClock()
    path.write_bytes(compile_c(SOURCE))

    class Counter(Device[Nothing]):
        name = "counter"
        regions = (pio(4, filter=load_object(path)),)

    with closing(Bus(clock, NativeEngine(), offload=KernelOffload(clock, machine.vm.fd))) as bus:
        bus.attach(Counter(clock), at=PORT)
        assert bus.read(Space.PIO, PORT, 4) == 82
        vcpu = machine.load((port_in(PORT, 4) + keep(KEPT)) * 2 + HLT)
        assert machine.run(vcpu, lambda access: 0) == []
        assert int.from_bytes(machine.memory.ram[KEPT : KEPT + 4], "little") == 43 * 2 + 2
        assert [each.handled for each in bus.offloaded()] == [2]
        assert bus.read(Space.PIO, PORT, 4) == 44 * 2 + 3
