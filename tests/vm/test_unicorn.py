# SPDX-License-Identifier: Apache-2.0
"""The Unicorn back end: stops, interrupts and failures. Guests are real-mode machine code."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from random import Random

import pytest

from bus.plain import ENGINE, Recorder, plain
from guests.harness import bench
from lightexit.abi import IoContext, Verdict
from lightexit.abi.struct import Buffer
from lightexit.bus.region import pio
from lightexit.errors import GuestError
from lightexit.runtime.layout import SavedCpu
from lightexit.vm.exits import Halted, Interruptible, Stopped, TripleFault
from lightexit.vm.unicorn import context, cpu
from lightexit.vm.unicorn.cpuid import emulated
from lightexit.vm.x86 import Register
from vm.rom import Guest

pytestmark = pytest.mark.usefixtures("build")

HANDLER = 0x100
FOREVER = bytes.fromhex("ebfe")  # jmp $
# mov ax, 0; mov ss, ax; mov sp, 0x7000
STACK = bytes.fromhex("b80000 8ed0 bc0070")


def test_it_starts_at_the_reset_vector_and_halts() -> None:
    guest = Guest(b"")
    assert guest.cpu.where() == "f000:0000fff0"
    assert guest.cpu.run() == Halted()
    assert guest.cpu.where() == "f000:00000001"


def test_cpuid_describes_the_emulated_cpu_without_a_local_apic() -> None:
    # mov eax, 1; cpuid; mov edi, edx; mov dx, 0x80; out dx, eax; and so EBX, ECX, EDI; hlt
    outs = "ba8000 66ef 6689d8 66ef 6689c8 66ef 6689f8 66ef"
    guest = Guest(bytes.fromhex(f"66b801000000 0fa2 6689d7 {outs} f4"))
    assert guest.cpu.run() == Halted()
    eax, ebx, ecx, edx = emulated()
    assert edx & 1 << 9
    told = [entry[2] for entry in guest.device.log]
    assert told == [eax, ebx, ecx & ~(1 << 21), edx & ~(1 << 9)]


@pytest.mark.parametrize("bit", [0, 1 << 18])
def test_cpuid_shows_whether_xsave_is_enabled(bit: int) -> None:
    # mov eax, BIT; mov cr4, eax; mov eax, 1; cpuid; mov eax, ecx; mov dx, 0x80; out dx, eax; hlt
    switch = f"66b8{bit.to_bytes(4, 'little').hex()} 0f22e0"
    guest = Guest(bytes.fromhex(f"{switch} 66b801000000 0fa2 6689c8 ba8000 66ef f4"))
    assert guest.cpu.run() == Halted()
    ((_, _, ecx, _),) = guest.device.log
    assert bool(ecx & 1 << 27) == bool(bit)


def test_accesses_reach_the_bus_in_order() -> None:
    # mov dx, 0x80; mov eax, 0x44332211; out dx, al; out dx, ax; out dx, eax; in al, dx; hlt
    guest = Guest(bytes.fromhex("ba8000 66b811223344 ee ef 66ef ec f4"))
    assert guest.cpu.run() == Halted()
    assert guest.device.log == [
        ("write", 0, 0x11, 1),
        ("write", 0, 0x2211, 2),
        ("write", 0, 0x44332211, 4),
        ("read", 0, 1),
    ]


def test_unclaimed_memory_reads_as_all_ones() -> None:
    # mov ax, 0xA000; mov ds, ax; mov eax, [0]; mov [4], eax; mov dx, 0x80; out dx, eax; hlt
    guest = Guest(bytes.fromhex("b800a0 8ed8 66a10000 66a30400 ba8000 66ef f4"))
    assert guest.cpu.run() == Halted()
    assert guest.device.log == [("write", 0, 0xFFFF_FFFF, 4)]
    assert [(count.is_write, count.accesses) for count in guest.bus.unclaimed()] == [
        (False, 1),
        (True, 1),
    ]


def test_the_guest_gets_as_many_bytes_of_an_answer_as_it_read() -> None:
    # mov dx, 0x90; mov eax, 0x44332211; in al, dx; mov dx, 0x80; out dx, eax; hlt
    guest = Guest(bytes.fromhex("ba9000 66b811223344 ec ba8000 66ef f4"))

    def wide(ctx: IoContext) -> Verdict:
        ctx.data = 0x8877_6655_4433_22EE
        return Verdict.HANDLED

    guest.bus.engine = ENGINE
    guest.bus.attach(Recorder(pio(1, filter=plain(wide)).at(0x90)))
    assert guest.cpu.run() == Halted()
    assert guest.device.log == [("write", 0, 0x443322EE, 4)]


# Stops


def test_a_stop_asked_before_the_run_is_not_lost() -> None:
    guest = Guest(FOREVER)
    guest.cpu.request_stop()
    assert guest.cpu.run() == Stopped()
    assert guest.cpu.where() == "f000:0000fff0"


def test_a_stop_asked_during_the_run_ends_it_and_it_can_go_on() -> None:
    guest = Guest(FOREVER)
    for _ in range(3):
        timer = threading.Timer(0.01, guest.cpu.request_stop)
        timer.start()
        assert guest.cpu.run() == Stopped()
        timer.join()
        guest.cpu.clear_stop()
    assert guest.cpu.where() == "f000:00000000"


def test_a_stop_asked_by_a_device_ends_the_run_after_the_access() -> None:
    # mov dx, 0x80; again: in al, dx; inc bx; jmp again
    guest = Guest(bytes.fromhex("ba8000 ec 43 ebfc"))
    guest.bus.cpus[0].on_budget_spent(guest.cpu.request_stop)
    guest.bus.cpus[0].state.budget = 100
    assert guest.cpu.run() == Stopped()
    assert len(guest.device.log) == 100


# Interrupts


def test_a_software_interrupt_returns_to_the_next_instruction() -> None:
    # int 0x40; mov dx, 0x80; out dx, al; hlt -- handler: mov al, 0x77; iret
    guest = Guest(STACK + bytes.fromhex("cd40 ba8000 ee f4"), {HANDLER: bytes.fromhex("b077 cf")})
    guest.vector(0x40, HANDLER)
    assert guest.cpu.run() == Halted()
    assert guest.device.log == [("write", 0, 0x77, 1)]
    assert guest.cpu.get(Register.RSP) & 0xFFFF == 0x7000


def test_an_exception_is_delivered_at_the_instruction_itself() -> None:
    # xor cx, cx; div cx -- handler: pop ax; mov dx, 0x80; out dx, ax; hlt
    code = STACK + bytes.fromhex("31c9 f7f1")
    guest = Guest(code, {HANDLER: bytes.fromhex("58 ba8000 ef f4")})
    guest.vector(0, HANDLER)
    assert guest.cpu.run() == Halted()
    assert guest.device.log == [("write", 0, len(code) - 2, 2)]


def test_the_second_exception_is_no_double_fault() -> None:
    # xor cx, cx; div cx; div cx; hlt -- handler: pop ax; add ax, 2; push ax; out 0x80, al; iret
    code = STACK + bytes.fromhex("31c9 f7f1 f7f1 f4")
    guest = Guest(code, {HANDLER: bytes.fromhex("58 050200 50 e680 cf")})
    guest.vector(0, HANDLER)
    assert guest.cpu.run() == Halted()
    assert [entry[2] for entry in guest.device.log] == [len(code) - 3, len(code) - 1]


class Elsewhere:
    """A thread that asks for something once a round; where that is lost, it does so again."""

    def __init__(self, ask: Callable[[], None]) -> None:
        self._ask = ask
        self._begun, self._ended = threading.Semaphore(0), threading.Semaphore(0)
        self.lost = 0
        self._thread = threading.Thread(target=self._run, daemon=True)

    def rounds(self, count: int) -> Iterator[None]:
        """Within a round, the thread asks."""
        self._left = count
        self._thread.start()
        for _ in range(count):
            self._begun.release()
            yield
            self._ended.release()
        self._thread.join()

    def _run(self) -> None:
        random = Random(self._left)
        for _ in range(self._left):
            self._begun.acquire()
            time.sleep(random.choice((0, 0, 1e-6, 1e-4)))
            self._ask()
            while not self._ended.acquire(timeout=5):
                self.lost += 1
                self._ask()


@pytest.mark.parametrize("loop", [FOREVER.hex(), "b9ffff f3ac ebf9"])
def test_no_request_to_stop_is_lost(loop: str) -> None:
    """In jmp $; with mov cx, 0xffff and rep lodsb."""
    guest = Guest(STACK + bytes.fromhex(loop))
    elsewhere = Elsewhere(guest.cpu.request_stop)
    for _ in elsewhere.rounds(200):
        assert guest.cpu.run() == Stopped()
        guest.cpu.clear_stop()
    assert not elsewhere.lost


@pytest.mark.parametrize("loop", ["fb 90 fa", "fb 90 9c fa 9d fa", "50 fa fb 58 fa"])
def test_no_interrupt_is_lost(loop: str) -> None:
    """In loops of sti, nop, cli; with pushf and popf; with push and pop."""
    code = bytes.fromhex(loop)
    guest = Guest(STACK + code + bytes((0xEB, 0xFE - len(code))))
    elsewhere = Elsewhere(lambda: guest.cpu.set_interrupt(True))
    for _ in elsewhere.rounds(100):
        assert guest.cpu.run() == Interruptible()
        assert guest.cpu.interrupts_enabled
        guest.cpu.set_interrupt(False)
    assert not elsewhere.lost


def test_a_pending_interrupt_waits_for_the_interrupt_flag() -> None:
    # cli; nop x3; sti; nop; nop; jmp $
    guest = Guest(STACK + bytes.fromhex("fa 90 90 90 fb 90 90 ebfe"))
    guest.cpu.set_interrupt(True)
    assert guest.cpu.run() == Interruptible()
    assert guest.cpu.interruptible()
    # One instruction after STI is still protected.
    assert guest.cpu.get(Register.RIP) == len(STACK) + 6


def test_sti_and_hlt_belong_together() -> None:
    guest = Guest(STACK + bytes.fromhex("fb f4"))
    guest.cpu.set_interrupt(True)
    assert guest.cpu.run() == Halted()
    assert guest.cpu.interruptible()
    assert guest.cpu.get(Register.RIP) == len(STACK) + 2


def test_no_interrupt_comes_between_ss_and_sp() -> None:
    # sti; nop; mov bx, 0x6000; mov dx, 0x80; out dx, al; mov ss, ax; mov sp, bx; jmp $
    code = STACK + bytes.fromhex("fb 90 bb0060 ba8000 ee 8ed0 89dc ebfe")
    guest = Guest(code)
    guest.device.write = lambda *_: guest.cpu.set_interrupt(True)  # type: ignore[method-assign]
    assert guest.cpu.run() == Interruptible()
    assert guest.cpu.get(Register.RIP) == len(code) - 2
    assert guest.cpu.get(Register.RSP) & 0xFFFF == 0x6000


def test_an_interrupt_finds_its_handler_and_returns_with_flags_restored() -> None:
    # sti; hlt; mov dx, 0x80; out dx, al; cli; hlt -- handler: mov al, 5; iret
    guest = Guest(
        STACK + bytes.fromhex("fb f4 ba8000 ee fa f4"), {HANDLER: bytes.fromhex("b005 cf")}
    )
    guest.vector(0x21, HANDLER)
    assert guest.cpu.run() == Halted()
    assert guest.cpu.interrupt(0x21) is None
    assert not guest.cpu.interrupts_enabled
    assert guest.cpu.run() == Halted()
    assert guest.device.log == [("write", 0, 5, 1)]


def test_an_nmi_waits_for_the_end_of_the_one_before() -> None:
    # hlt; jmp $ -- handler: mov dx, 0x80; out dx, al; jmp +0; out dx, al; iret
    handler = bytes.fromhex("ba8000 ee eb00 ee cf")
    guest = Guest(STACK + b"\xf4" + FOREVER, {HANDLER: handler})
    guest.vector(2, HANDLER)
    assert guest.cpu.run() == Halted()
    assert guest.cpu.takes_nmi()
    assert guest.cpu.nmi() is None
    assert not guest.cpu.takes_nmi()
    assert guest.cpu.run() == Interruptible()
    assert len(guest.device.log) == 2
    assert guest.cpu.get(Register.RIP) == len(STACK) + 1
    assert guest.cpu.takes_nmi()


# Failures


def protected(code: str) -> bytes:
    """32-bit code behind a switch to flat protected mode, with an empty IDT."""
    gdt = bytes(8) + bytes.fromhex("ffff0000009bcf00 ffff00000093cf00")
    entry = 0x40
    switch = bytes.fromhex("2e660f011e1002 2e660f01160002 0f20c0 0c01 0f22c0 66ea")
    switch += (0xF0000 + entry).to_bytes(4, "little") + b"\x08\x00"
    assert len(switch) <= entry
    body = bytes.fromhex("66b810008ed88ed0bc00700000" + code)
    image = bytearray(0x240)
    image[: len(switch)] = switch
    image[entry : entry + len(body)] = body
    image[0x200:0x206] = (len(gdt) - 1).to_bytes(2, "little") + (0xF0220).to_bytes(4, "little")
    image[0x210:0x216] = bytes(6)
    image[0x220 : 0x220 + len(gdt)] = gdt
    return bytes(image)


def test_an_interrupt_without_a_gate_is_a_triple_fault() -> None:
    exit = Guest(protected("cd30")).cpu.run()
    assert isinstance(exit, TripleFault)
    assert exit.reason.startswith("a triple fault, at 0008:000f004d, bytes cd 30")


def test_an_exception_without_a_gate_is_a_triple_fault() -> None:
    exit = Guest(protected("b8ff000000 8ed8")).cpu.run()
    assert isinstance(exit, TripleFault)
    assert exit.reason.startswith("a triple fault, at 0008:000f0052, bytes 8e d8")


def test_an_unknown_version_of_unicorn_is_named_where_it_matters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cpu, "traps_are_known", lambda: False)
    assert isinstance(Guest(protected("cd0d")).cpu.run(), TripleFault)
    with pytest.raises(GuestError, match="the guest took exception 13 at 0008") as error:
        Guest(protected("b8ff000000 8ed8")).cpu.run()
    assert "expected: Unicorn 2.1.4" in str(error.value)


def test_details_are_looked_for_where_this_version_has_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert context.layout_is_known()

    class Moved:
        layout = SavedCpu.layout

        @staticmethod
        def view(saved: Buffer) -> SavedCpu:
            return SavedCpu.view(memoryview(saved)[8:])

    monkeypatch.setattr(context, "SavedCpu", Moved)
    assert not context.traps_are_known.__wrapped__()


def test_an_instruction_that_cannot_be_emulated_is_shown() -> None:
    with pytest.raises(GuestError, match=r"at f000:0000000[0-9a-f]: .*bytes 0f 0a") as error:
        Guest(bytes.fromhex("0f0a")).cpu.run()
    assert "cannot be emulated" in str(error.value)


def test_code_where_no_memory_is_ends_the_run() -> None:
    # ljmp A000:0000
    with pytest.raises(GuestError, match="a000"):
        Guest(bytes.fromhex("ea000000a0")).cpu.run()


@pytest.mark.parametrize("name", ["ports", "memory", "strings", "interrupts", "interrupts32"])
def test_the_guests_run_to_their_end(name: str) -> None:
    with bench(name, "unicorn") as ready:
        assert ready.run() == Halted()
        assert len(ready.probe.log) > 20


def test_the_time_stamp_counter_counts_vm_time() -> None:
    # rdtsc; out 0x80, eax
    guest = Guest(bytes.fromhex("0f31 66e780"))
    guest.bus.clock.advance(1234)
    assert guest.cpu.run() == Halted()
    assert guest.device.log == [("write", 0, 1234, 4)]


def test_code_under_a_stack_is_translated_again() -> None:
    """Natively, INT pushes flags 0x0046 onto code that has run: INC AX becomes INC SI."""
    guest = Guest(
        STACK
        + bytes.fromhex(
            "b80100"  # mov ax, 1
            "9a04060000"  # call 0:0x604
            "bc0606 31db cd21"  # mov sp, 0x606; xor bx, bx; int 0x21
            "bc0070"  # mov sp, 0x7000
            "9a04060000"  # call 0:0x604
            "e780"  # out 0x80, ax
        ),
        handlers={HANDLER: bytes.fromhex("cf")},
    )
    guest.memory.ram[0x604:0x608] = bytes.fromhex("40 00c0 cb")  # inc ax; add al, al; retf
    guest.vector(0x21, HANDLER)
    assert guest.cpu.run() == Halted()
    assert guest.device.log == [("write", 0, 8, 2)]
