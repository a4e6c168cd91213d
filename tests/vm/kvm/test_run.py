# SPDX-License-Identifier: Apache-2.0
"""Running: start states, ends of runs, failures, kicks, two vCPUs; in both run loops."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable

import pytest

from lightexit.errors import AuthorError, GuestError, HostError
from lightexit.vm.boot.arena import Arena
from lightexit.vm.boot.kvm import set_start
from lightexit.vm.boot.state import long_mode
from lightexit.vm.exits import Exit, Halted, Stopped, TripleFault
from lightexit.vm.kvm.cpu import KvmCpu, MakeLoop
from lightexit.vm.threads import run_together
from vm.kvm import start
from vm.kvm.host import Host

ENTRY = 0x1000
#: mov al, 'x'; mov dx, PROBE; out dx, al; hlt, by width of code.
HELLO_16 = "b0 78 ba 00 05 ee f4"
HELLO_32 = "b0 78 ba 00 05 00 00 ee f4"
SPIN = "eb fe"
#: in al, 0x10 (unclaimed); jmp back.
PORT_LOOP = "e4 10 eb fc"


def test_real_mode(host: Host, make_loop: MakeLoop) -> None:
    host.code(HELLO_16)
    cpu = host.add_cpu(make_loop)
    start.real_mode(cpu.vcpu, ENTRY)
    assert cpu.run() == Halted()
    assert host.written() == [0x78]
    assert cpu.where() == "0000:00001007"


def test_real_mode_above_64k(host: Host) -> None:
    host.code(HELLO_16, 0x2_3450)
    cpu = host.add_cpu()
    start.real_mode(cpu.vcpu, 0x2_3450)
    assert cpu.run() == Halted()
    assert cpu.where() == "2000:00003457"


def test_flat_32bit(host: Host, make_loop: MakeLoop) -> None:
    # mov eax, [0x300000]; then as above, above 1 MiB, where 16-bit code cannot be.
    host.memory.ram[0x30_0000] = 0x41
    host.code("a1 00 00 30 00" + HELLO_32[6:], 0x20_0000)
    cpu = host.add_cpu(make_loop)
    start.flat_32bit(cpu.vcpu, 0x20_0000)
    assert cpu.run() == Halted()
    assert host.written() == [0x41]


def test_long_mode(host: Host, make_loop: MakeLoop) -> None:
    # mov rax, [rip]; shr rax, 32; then as above.
    state = long_mode(Arena(host.memory), 0x2_0000)
    host.code("48 8b 05 00 00 00 00 48 c1 e8 20" + HELLO_32[6:], state.rip)
    cpu = host.add_cpu(make_loop)
    set_start(cpu.vcpu, state)
    assert cpu.run() == Halted()
    assert host.written() == [0xBA]


def test_a_triple_fault_is_told(host: Host, make_loop: MakeLoop) -> None:
    host.code("0f 0b")  # ud2, with no table of handlers
    cpu = host.add_cpu(make_loop)
    start.flat_32bit(cpu.vcpu, ENTRY)
    exit = cpu.run()
    assert isinstance(exit, TripleFault)
    assert exit.reason.startswith("a triple fault, at 0010:00001000")


def test_code_in_unmapped_memory_ends_the_run(host: Host, make_loop: MakeLoop) -> None:
    host.vm.add(host.memory)
    cpu = host.add_cpu(make_loop)
    start.real_mode(cpu.vcpu, 0xA_0000)  # device memory: nothing that could be fetched
    with pytest.raises(GuestError, match=r"^KVM .* at a000:00000000"):
        cpu.run()


def test_impossible_registers_are_refused(host: Host) -> None:
    cpu = host.add_cpu()
    system = cpu.vcpu.system_registers
    system.cr0 = 1 << 31  # paging without protection
    with pytest.raises(HostError, match=r"contradict each other \(KVM_SET_SREGS: EINVAL\)"):
        cpu.vcpu.system_registers = system


def test_a_model_that_fails_stops_the_run(host: Host, make_loop: MakeLoop) -> None:
    def fail(offset: int, value: int, size: int) -> None:
        raise AuthorError("out of paper")

    host.code(HELLO_16[:-2] + SPIN)
    cpu = host.add_cpu(make_loop)
    host.probe.write = fail  # type: ignore[method-assign]
    host.bus.failures.on_failure = cpu.request_stop
    start.real_mode(cpu.vcpu, ENTRY)
    assert cpu.run() == Stopped()
    with pytest.raises(AuthorError, match="out of paper"):
        host.bus.raise_failure()


def test_a_stop_requested_before_the_run_ends_it_at_once(host: Host, make_loop: MakeLoop) -> None:
    host.code(HELLO_16)
    cpu = host.add_cpu(make_loop)
    start.real_mode(cpu.vcpu, ENTRY)
    cpu.request_stop()
    assert [cpu.run(), cpu.run()] == [Stopped(), Stopped()]
    assert host.written() == []
    cpu.clear_stop()
    assert cpu.run() == Halted()


def test_a_stop_during_an_access_completes_it(host: Host, make_loop: MakeLoop) -> None:
    # mov dx, PROBE; in al, dx; mov [0x600], al; hlt
    host.code("ba 00 05 ec a2 00 06 f4")
    cpu = host.add_cpu(make_loop)
    read = host.probe.read

    def read_and_stop(offset: int, size: int) -> int:
        cpu.request_stop()
        return read(offset, size)

    host.probe.read = read_and_stop  # type: ignore[method-assign]
    start.real_mode(cpu.vcpu, ENTRY)
    assert cpu.run() == Stopped()
    registers = cpu.vcpu.registers
    assert (registers.rip, registers.rax & 0xFF) == (ENTRY + 4, host.probe.log[0][3])
    cpu.clear_stop()
    assert cpu.run() == Halted()
    assert len(host.probe.log) == 1


class Stopper(threading.Thread):
    """Stops a vCPU again and again, and measures how long each takes."""

    def __init__(self, cpu: KvmCpu, rounds: int, pause: Callable[[int], float]) -> None:
        super().__init__()
        self.latencies: list[float] = []
        self.finished = False
        self.stopped = threading.Event()
        self._cpu = cpu
        self._rounds = rounds
        self._pause = pause

    def run(self) -> None:
        try:
            for number in range(self._rounds):
                time.sleep(self._pause(number))
                self.stopped.clear()
                begin = time.perf_counter()
                self._cpu.request_stop()
                if not self.stopped.wait(10):
                    return
                self.latencies.append(time.perf_counter() - begin)
        finally:
            self.finished = True
            self._cpu.request_stop()


@pytest.mark.parametrize("code", [SPIN, PORT_LOOP], ids=["spinning", "exiting"])
def test_every_kick_stops_the_vcpu_and_quickly(host: Host, make_loop: MakeLoop, code: str) -> None:
    host.code(code)
    cpu = host.add_cpu(make_loop)
    start.real_mode(cpu.vcpu, ENTRY)
    # Pauses of 0 to 1 ms, so that kicks meet the loop at every place.
    stopper = Stopper(cpu, 200, lambda number: number * 7919 % 200 * 5e-6)
    stopper.start()
    while True:
        assert cpu.run() == Stopped()
        if stopper.finished:
            break
        cpu.clear_stop()
        stopper.stopped.set()
    assert len(stopper.latencies) == 200
    assert sorted(stopper.latencies)[100] < 0.050


def test_no_signal_to_python_is_lost(host: Host) -> None:
    """Ctrl-C reaches a main thread that goes around in native code, wherever it meets it."""
    host.code(PORT_LOOP)
    cpu = host.add_cpu()
    start.real_mode(cpu.vcpu, ENTRY)
    handled: list[float] = []
    latencies: list[float] = []

    def send() -> None:
        for number in range(60):
            time.sleep(0.001 + number % 17 * 1e-5)
            sent = time.perf_counter()
            os.kill(os.getpid(), signal.SIGUSR1)
            while len(handled) <= number and time.perf_counter() < sent + 5:
                time.sleep(0.0002)
            latencies.append(time.perf_counter() - sent)
        cpu.request_stop()

    before = signal.signal(signal.SIGUSR1, lambda *_: handled.append(1))
    sender = threading.Thread(target=send)
    sender.start()
    assert cpu.run() == Stopped()
    sender.join()
    signal.signal(signal.SIGUSR1, before)
    assert len(handled) == 60
    assert max(latencies) < 2


def test_two_vcpus(host: Host, make_loop: MakeLoop) -> None:
    host.load("two")
    cpus = [host.add_cpu(make_loop), host.add_cpu(make_loop)]
    assert run_together(cpus, lambda cpu, exit: False) == [Halted(), Halted()]
    total = int.from_bytes(host.memory.ram[0x604:0x608], "little")
    assert total == 4000
    for register in (0, 4):
        accesses = [entry for entry in host.probe.log if entry[1] == register]
        assert len(accesses) == 4000
    assert host.probe.state.reads == 4000
    assert {count.passed for count in host.bus.counts()} == {2000}


def test_an_error_on_one_vcpu_stops_the_other(host: Host) -> None:
    host.code(SPIN)
    cpus = [host.add_cpu(), host.add_cpu()]
    for cpu in cpus:
        start.real_mode(cpu.vcpu, ENTRY)

    def fail(cpu: KvmCpu, exit: Exit) -> bool:
        raise GuestError("enough")

    cpus[0].request_stop()
    begin = time.perf_counter()
    with pytest.raises(GuestError, match="enough"):
        run_together(cpus, fail)
    assert time.perf_counter() - begin < 5


def test_one_thread_at_a_time(host: Host) -> None:
    host.code(SPIN)
    cpu = host.add_cpu()
    start.real_mode(cpu.vcpu, ENTRY)
    runner = threading.Thread(target=cpu.run)
    runner.start()
    while cpu.loop.entries == 0:
        time.sleep(0.001)
    with pytest.raises(HostError, match="vCPU 0 runs in another thread already"):
        cpu.run()
    cpu.request_stop()
    runner.join(5)
    assert not runner.is_alive()


def test_python_runs_while_a_guest_does(host: Host) -> None:
    host.code(SPIN)
    cpu = host.add_cpu()
    start.real_mode(cpu.vcpu, ENTRY)
    runner = threading.Thread(target=cpu.run)
    runner.start()
    turns = 0
    end = time.perf_counter() + 0.2
    while time.perf_counter() < end:
        turns += 1
    cpu.request_stop()
    runner.join(5)
    assert turns > 10_000
    assert not runner.is_alive()
