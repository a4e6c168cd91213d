# SPDX-License-Identifier: Apache-2.0
"""The PC with its filters inside KVM: the guest sees what it sees without them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from kernel.debug import patience
from kernel.inside.machine import HLT, keep, port_in, port_out
from kernel.inside.pc import booted, run
from lightexit.bus.clock import HostClock, ManualClock
from lightexit.bus.offload import OffloadCount
from lightexit.cli.guest import SEABIOS_ENDS
from lightexit.devices.port92 import Port92
from lightexit.engine.api import Engine
from lightexit.engine.kernel import KernelEngine
from lightexit.engine.native import NativeEngine
from lightexit.errors import HostError
from lightexit.vm.console import Console
from lightexit.vm.firmware import FOLDERS, load_firmware, seabios
from lightexit.vm.kvm.backend import KvmBackend
from lightexit.vm.machine import RunEnd, RunLimits
from lightexit.vm.memory import MIB
from lightexit.vm.pc import PcConfig, pc_machine
from lightexit.vm.places import PORT92

REFERENCES = Path("/sys/module/lightexit/refcnt")
KEPT = 0x3000
#: Port 0x92, port 0x61, keyboard status, line status, debug port, PIT counter 0.
POLLED = (0x92, 0x61, 0x64, 0x3FD, 0x402, 0x40)
ROUNDS = 5


@dataclass(frozen=True)
class Seen:
    """What a guest has read and printed, what its devices hold, and who answered."""

    kept: bytes
    output: str
    states: list[bytes]
    in_user_space: int
    in_kernel: list[OffloadCount]


def code() -> str:
    reads = [(KEPT + 4 * n, port) for n, port in enumerate(POLLED * ROUNDS)]
    polls = "".join(port_in(port, 1) + keep(target, 1) for target, port in reads)
    return port_out(0x402, 1, ord("l")) + polls + port_out(0x402, 1, ord("x")) + HLT


def see(engine: Engine | None) -> Seen:
    with booted(engine) as (machine, memory):
        run(machine, memory, code())
        kept = bytes(memory.ram[KEPT : KEPT + 4 * ROUNDS * len(POLLED)])
        states = [bytes(model.memory.state) for model in machine.bus._ports]
        answered = sum(count.accesses for count in machine.bus.counts())
        return Seen(kept, machine.console.text, states, answered, machine.bus.offloaded())


def test_the_guest_cannot_tell() -> None:
    models = see(None)
    native = see(NativeEngine())
    kernel = see(KernelEngine())
    for other in (native, kernel):
        assert (other.kept, other.output, other.states) == (
            models.kept,
            models.output,
            models.states,
        )
    assert models.in_user_space == native.in_user_space
    assert models.in_kernel == native.in_kernel == []
    handled = sum(count.handled for count in kernel.in_kernel)
    assert handled >= 2 * ROUNDS
    assert kernel.in_user_space + handled == models.in_user_space


def test_attachments_follow_the_devices() -> None:
    with booted(KernelEngine()) as (machine, _):
        (device,) = (model for model in machine.bus._ports if isinstance(model, Port92))
        attached = len(machine.bus.offloaded())
        machine.bus.detach(device)
        assert len(machine.bus.offloaded()) == attached - 1
        machine.bus.attach(device, at=PORT92)
        assert len(machine.bus.offloaded()) == attached


def test_every_read_is_answered_while_a_device_is_attached_anew() -> None:
    """The guest keeps all bits that it has ever read, and all that it has always read."""
    # mov cx, READS; mov bx, 0xff; in al, 0x92; or bh, al; and bl, al; loop; mov [KEPT], bx
    code = "b9 a0 0f bb ff 00 e4 92 08 c7 20 c3 e2 f8 89 1e 00 30"
    with booted(KernelEngine()) as (machine, memory):
        (device,) = (model for model in machine.bus._ports if isinstance(model, Port92))
        over, turns = threading.Event(), 0

        def take_turns() -> None:
            nonlocal turns
            while not over.is_set():
                machine.bus.update(device)
                turns += 1

        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(take_turns)
            run(machine, memory, code + HLT)
            over.set()
            done.result()
        always, ever = memory.ram[KEPT : KEPT + 2]
        assert always == ever == device.read(0, 1)
        assert turns > 1
        assert machine.bus.unclaimed() == []
        (kept,) = (count for count in machine.bus.offloaded() if count.base == 0x92)
        print(f"{turns} turns, {kept.handled} reads by the last of them")


def test_a_closed_machine_holds_nothing() -> None:
    before = REFERENCES.read_text()
    with booted(KernelEngine()):
        assert int(REFERENCES.read_text()) > int(before) + 10
    assert REFERENCES.read_text() == before


def test_a_filter_that_may_not_be_repeated_stays_in_user_space() -> None:
    with booted(KernelEngine()) as (machine, _):
        attached = {(count.space, count.base) for count in machine.bus.offloaded()}
        regions = [port.region for ports in machine.bus._ports.values() for port in ports]
    for region in regions:
        if region.filter is None:
            continue
        report = region.filter.report
        acts = any(report.actions.values())
        expected = not (report.writes_state and acts)
        assert ((region.space, region.base) in attached) == expected, region.filter.name


def test_a_clock_that_steps_by_accesses_is_refused() -> None:
    clock = ManualClock(step_ns=1000)
    with pytest.raises(HostError, match="this clock steps with every access"):
        pc_machine(
            PcConfig(ram_bytes=2 * MIB),
            clock,
            KernelEngine(),
            backend=KvmBackend(),
        )


def test_seabios_reaches_its_end() -> None:
    if not any((folder / "bios.bin").exists() for folder in FOLDERS):
        pytest.skip("SeaBIOS is not installed")
    console = Console()
    with pc_machine(
        PcConfig(load_firmware(seabios())),
        HostClock(),
        KernelEngine(),
        backend=KvmBackend(),
        debug=console,
    ) as machine:
        outcome = machine.run(RunLimits(text=SEABIOS_ENDS.encode(), seconds=patience(40)))
        assert outcome.reason is RunEnd.TEXT
        assert sum(count.handled for count in machine.bus.offloaded()) > 100
