# SPDX-License-Identifier: Apache-2.0
"""The default PC: what SeaBIOS and kernels expect to find."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lightexit.bus.clock import BusClock
from lightexit.bus.line import Line, fork, joined
from lightexit.devices.debug_exit import DebugExit
from lightexit.devices.debugcon import Debugcon
from lightexit.devices.fw_cfg import FwCfg, FwCfgKey
from lightexit.devices.hpet import Hpet
from lightexit.devices.i440fx import I440fx
from lightexit.devices.ioapic import PINS
from lightexit.devices.pic import Pic
from lightexit.devices.pit import Pit
from lightexit.devices.pmtimer import PmTimer
from lightexit.devices.port61 import Port61
from lightexit.devices.port92 import Port92
from lightexit.devices.ps2 import Ps2
from lightexit.devices.rtc import Cmos, Rtc
from lightexit.devices.uart import Uart
from lightexit.engine.api import Engine
from lightexit.vm.apics import add_apics
from lightexit.vm.backends import find
from lightexit.vm.board import Backend, Wanted
from lightexit.vm.console import Console
from lightexit.vm.inputs import InterruptInputs
from lightexit.vm.irqchip import Irqchip
from lightexit.vm.machine import Machine
from lightexit.vm.memory import MIB, GuestMemory
from lightexit.vm.pci import pm_follower
from lightexit.vm.places import PC as PLACES
from lightexit.vm.places import PM_BY_TABLES

if TYPE_CHECKING:
    from lightexit.vm.boot import Payload, StartState


@dataclass(frozen=True)
class PcConfig:
    """What the PC is made of: a firmware, or a kernel with its payload that is booted directly;
    with both, the firmware starts the kernel, which may call it.

    `unix_seconds` is what its real-time clock starts with. Of a PC's interrupt controllers, the
    back end keeps `irqchip` (see `Wanted`), and the others are devices.
    """

    #: The image, as `load_firmware` gives it.
    firmware: bytes = b""
    ram_bytes: int = 16 * MIB
    unix_seconds: int = 0
    #: The content of the kernel's file.
    kernel: bytes = b""
    payload: Payload | None = None
    cpus: int = 1
    irqchip: Irqchip | None = None


#: The PIC pair's inputs; those of the I/O APIC from here on are the HPET's alone.
ISA_INPUTS = 16
#: Inputs of a PC's I/O APIC that do not have the number of the PIC's.
ISA_PIN = {0: 2}


def pc_machine(
    config: PcConfig,
    clock: BusClock,
    engine: Engine | None = None,
    *,
    backend: Backend | None = None,
    debug: Console | None = None,
    serial: Console | None = None,
) -> Machine:
    """A PC at its reset vector, or at a kernel's entry.

    `debug` shows port 0x402, `serial` the first serial port; with no `backend`, Unicorn runs it.
    Raises AuthorError for what is no kernel or does not fit, HostError for what this host has not.
    """
    memory = GuestMemory(config.ram_bytes, config.firmware or _reset_code(config))
    wanted = Wanted(config.cpus, config.irqchip, engine)
    board = (backend or find("unicorn")).build(wanted, memory, clock)
    machine = Machine(board, debug)
    files = _firmware_files(config, machine)
    if config.kernel and config.firmware:
        # Loaded again after a reset, for the same files.
        machine.boot(lambda: files.update(_load_for_firmware(config, memory)))
    _add_devices(machine, config, serial or Console(), files)
    if config.kernel and not config.firmware:
        # After the devices: what CPUs are as these were added is their power-on state.
        machine.boot(functools.partial(_load_kernel, config, memory))
    return machine


def _firmware_files(config: PcConfig, machine: Machine) -> dict[str, bytes]:
    """A kernel that is booted directly is told by other ways."""
    if not config.firmware:
        return {}
    from lightexit.vm.boot import Platform
    from lightexit.vm.boot.table_loader import firmware_files

    platform = Platform(config.cpus, hpet=True, pm=PM_BY_TABLES)
    return firmware_files(platform, machine.board.memory)


def _reset_code(config: PcConfig) -> bytes:
    """What stands in for firmware where a kernel is booted without."""
    if not config.kernel:
        return b""
    from lightexit.vm.boot.reset_code import IMAGE

    return IMAGE


def _load_for_firmware(config: PcConfig, memory: GuestMemory) -> dict[str, bytes]:
    """Files of fw_cfg by which the firmware starts the kernel."""
    from lightexit.vm.boot import NOTHING, load_for_firmware

    return load_for_firmware(config.kernel, memory, config.payload or NOTHING)


def _load_kernel(config: PcConfig, memory: GuestMemory) -> StartState:
    from lightexit.vm.boot import NOTHING, Platform, load

    platform = Platform(cpus=config.cpus, hpet=True)
    return load(config.kernel, memory, config.payload or NOTHING, platform)


def add_controllers(machine: Machine, *, virtual_wire: bool = False) -> Callable[[int], Line]:
    """Make devices of a PC's interrupt controllers that the back end does not keep.

    Gives wires to the inputs of all, by the number of an ISA interrupt; from `ISA_INPUTS` on to
    those of the I/O APIC. `virtual_wire`: local APICs among them are as firmware leaves them.
    """
    if machine.irqchip is Irqchip.KERNEL:
        return machine.irq
    machine.inputs = InterruptInputs(range(PINS), _connector(machine, virtual_wire))
    return machine.irq


def _connector(machine: Machine, virtual_wire: bool) -> Callable[[int], Line]:
    pic = Pic(machine.clock, Line())
    if machine.irqchip is Irqchip.OFF:
        ioapic = add_apics(machine, pic, virtual_wire=virtual_wire)
    else:
        machine.connect(pic)
        ioapic = machine.add_ioapic(PLACES["ioapic"])
    machine.add(pic, PLACES[pic.name])

    def to_pic(number: int) -> Line:
        return machine.wire(pic.memory, pic.input(number))

    def to_both(number: int) -> Line:
        pin = machine.wire(ioapic.memory, ioapic.input(ISA_PIN.get(number, number)))
        return pin if number >= ISA_INPUTS else fork(to_pic(number), pin)

    return to_both


def _hpet(machine: Machine, irq: Callable[[int], Line]) -> Hpet:
    routes = {number: irq(number) for number in range(ISA_INPUTS, PINS)}
    return Hpet(machine.clock, irq(0), irq(8), routes)


def _add_devices(
    machine: Machine, config: PcConfig, serial: Console, files: Mapping[str, bytes]
) -> None:
    clock = machine.clock
    irq = add_controllers(machine, virtual_wire=bool(config.kernel and not config.firmware))
    reset = Line(lambda level: machine.reset() if level else None)
    keyboard_a20, fast_a20 = joined(Line(), 2)
    hpet = _hpet(machine, irq)
    pit = Pit(clock, machine.wire(hpet.memory, hpet.irq0_in))
    rtc = Rtc(
        clock,
        machine.wire(hpet.memory, hpet.irq8_in),
        unix_seconds=config.unix_seconds,
        ram_bytes=config.ram_bytes,
        cmos={Cmos.EXTRA_CPUS: config.cpus - 1},
    )
    cpus = config.cpus.to_bytes(2, "little")
    # The firmware's display, which is on the serial port then, has most of what its log has.
    is_shown_twice = bool(config.kernel and config.firmware) and machine.console is serial
    for device in (
        hpet,
        pit,
        Port61(clock, pit),
        rtc,
        Ps2(clock, irq(1), irq(12), keyboard_a20, reset),
        Port92(clock, fast_a20, reset),
        PmTimer(clock, irq(9), machine.sleep),
        I440fx(clock, reset, on_pm_base=pm_follower(machine)),
        FwCfg(
            clock,
            {FwCfgKey.CPUS: cpus, FwCfgKey.MAX_CPUS: cpus},
            files,
            machine.board.memory,
        ),
        DebugExit(clock, machine.exit),
        Debugcon(clock, _nowhere if is_shown_twice else machine.console.write),
        Uart(clock, irq(4), serial.write),
    ):
        machine.add(device, PLACES[device.name])


def _nowhere(data: bytes) -> None:
    """Where a device's output is not wanted."""
