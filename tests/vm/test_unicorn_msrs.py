# SPDX-License-Identifier: Apache-2.0
"""RDMSR and WRMSR that reach devices on the Unicorn back end, wherever their code is."""

from __future__ import annotations

import struct

import pytest
from unicorn import x86_const as x86
from unicorn.x86_const import UC_X86_REG_RAX, UC_X86_REG_RDX

from bus.plain import Recorder, answer
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.bus.region import GeneralProtectionError, mmio, msr
from lightexit.devices.local_apic import LocalApic
from lightexit.devices.local_apic_registers import LocalApicReg
from lightexit.runtime.layout import CR8, MSR_PLACES
from lightexit.vm.apics import ApicBus
from lightexit.vm.boot.state import CODE_64, DATA, StartState
from lightexit.vm.exits import Halted, TripleFault
from lightexit.vm.memory import MIB, GuestMemory
from lightexit.vm.registers import EFER, ET, LMA, LME, PAE, PE, PG
from lightexit.vm.unicorn import UnicornCpu
from lightexit.vm.x86 import DescriptorTable, Flag, Register
from vm.rom import Guest

pytestmark = pytest.mark.usefixtures("build")

MSR, OTHER = 0xC001_0200, 0xC000_0103
GDT, TABLES, RESULTS, CODE = 0x1000, 0x2000, 0x8000, 0x1_0000
IDT, HANDLER, GP = 0x3_0000, 0x2_0000, 13
GENERAL = [
    getattr(x86, f"UC_X86_REG_R{name}")
    for name in (*("AX", "CX", "DX", "BX", "BP", "SI", "DI"), *range(8, 16))
]
USER_CODE, USER_DATA = 32, 40
USER_SEGMENTS = 0x00AF_FB00_0000_FFFF, 0x00CF_F300_0000_FFFF
RDMSR, WRMSR, HLT, RET = (bytes.fromhex(code) for code in ("0f32", "0f30", "f4", "c3"))
WRITTEN = ("write", 0, 0x1122_3344_5566_7788, 8)


def load(register: int, value: int) -> bytes:
    """mov r32, value: 0 is EAX, 1 ECX, 2 EDX, 6 ESI."""
    return bytes([0xB8 + register]) + struct.pack("<I", value)


def select(number: int) -> bytes:
    return load(1, number)


VALUE = load(0, 0x5566_7788) + load(2, 0x1122_3344)


class LongGuest:
    """64-bit code in 4 MiB of memory, with a recorder that has one MSR."""

    def __init__(self, code: bytes, *, attached: bool = True) -> None:
        self.memory = GuestMemory(4 * MIB)
        self.ram = ram = self.memory.ram
        struct.pack_into("<4Q", ram, GDT, 0, 0, CODE_64.descriptor, DATA.descriptor)
        for level in range(2):
            struct.pack_into("<Q", ram, TABLES + level * 0x1000, TABLES + (level + 1) * 0x1000 | 3)
        for page in range(2):
            struct.pack_into("<Q", ram, TABLES + 0x2000 + 8 * page, page << 21 | 0x83)
        ram[CODE : CODE + len(code)] = code
        self.bus = Bus(ManualClock())
        self.device = Recorder(msr(1).at(MSR))
        if attached:
            self.bus.attach(self.device)
        self.cpu = UnicornCpu(self.memory, self.bus.cpus[0])
        self.cpu.start(
            StartState(
                CODE,
                CODE_64,
                DATA,
                DescriptorTable(GDT, 47),
                cr0=PE | ET | PG,
                cr3=TABLES,
                cr4=PAE,
                efer=LME | LMA,
                rsp=0x9000,
            )
        )

    def run(self) -> list[tuple[object, ...]]:
        """To its HLT; the accesses."""
        assert self.cpu.run() == Halted()
        return self.device.log


def test_a_device_answers_reads_and_takes_writes() -> None:
    # mov [RESULTS], eax; mov [RESULTS + 4], edx
    keep = b"".join(
        bytes([0x89, reg, 0x25]) + struct.pack("<I", RESULTS + place)
        for reg, place in ((0x04, 0), (0x14, 4))
    )
    guest = LongGuest(select(MSR) + VALUE + WRMSR + RDMSR + keep + HLT)
    assert guest.run() == [WRITTEN, ("read", 0, 8)]
    assert struct.unpack_from("<Q", guest.ram, RESULTS) == (answer(0, 8),)


def test_it_is_so_in_real_mode() -> None:
    guest = Guest(bytes.fromhex("66b9000201c0 66b844332211 6631d2 0f30 0f32 f4"))
    device = Recorder(msr(1).at(MSR))
    guest.bus.attach(device)
    assert guest.cpu.run() == Halted()
    assert device.log == [("write", 0, 0x1122_3344, 8), ("read", 0, 8)]


def test_what_no_device_has_is_unicorns_own() -> None:
    guest = LongGuest(select(EFER) + RDMSR + HLT)
    assert guest.run() == []
    assert guest.cpu.uc.reg_read(UC_X86_REG_RAX) == LME | LMA
    assert not guest.bus.unclaimed()


@pytest.mark.parametrize("prefixes", ["48", "66", "f2 48", "66 66 2e 40", "26 36 3e 64 65 67 f3"])
def test_prefixes_change_nothing(prefixes: str) -> None:
    guest = LongGuest(select(MSR) + VALUE + bytes.fromhex(prefixes) + WRMSR + WRMSR + HLT)
    assert guest.run() == [WRITTEN] * 2


def test_a_prefix_of_64_bit_code_is_an_instruction_elsewhere() -> None:
    # mov ecx, MSR - 1; xor eax, eax; xor edx, edx; inc cx (0x41, as before B8 in 64-bit code)
    guest = Guest(bytes.fromhex("66b9ff0101c0 6631c0 6631d2 41 0f30 f4"))
    device = Recorder(msr(1).at(MSR))
    guest.bus.attach(device)
    assert guest.cpu.run() == Halted()
    assert device.log == [("write", 0, 0, 8)]


def test_bytes_within_instructions_are_none() -> None:
    # mov eax, 0x320f300f
    guest = LongGuest(select(MSR) + load(0, 0x320F_300F) + HLT)
    assert guest.run() == []
    assert guest.cpu.get(Register.RIP) == CODE + 11


@pytest.mark.parametrize(
    "instruction",
    ["0f32", "0f30", "660f30", "0f22e0", "0f22e3", "660f22e0", "410f22e0", "450f22c0", "440f20c0"],
)
def test_a_hook_is_at_its_instruction_only(
    instruction: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One that ends before it begins is everywhere for Unicorn: right, but very slow.
    added: list[tuple[int, int]] = []

    def note(*_details: object, places: tuple[int, int]) -> int:
        added.append(places)
        return 0

    monkeypatch.setattr("lightexit.vm.unicorn.msrs.add_hook", note)
    code = bytes.fromhex(instruction)
    before = load(0, PAE) + select(MSR)
    LongGuest(before + code + HLT).cpu.run()
    ((first, last),) = added
    begin = CODE + len(before)
    assert begin <= first <= last < begin + len(code)


def test_an_instruction_may_lie_in_two_pages() -> None:
    start = select(MSR) + VALUE
    jump = b"\xe9" + struct.pack("<i", 0x1FFF - len(start) - 5)
    guest = LongGuest(start + jump)
    guest.ram[CODE + 0x1FFF : CODE + 0x2002] = WRMSR + HLT
    assert guest.run() == [WRITTEN]


def test_code_that_is_overwritten_is_found_again() -> None:
    # call rsi; mov word [rsi + 1], WRMSR; call rsi
    sub = CODE + 0x1000
    code = select(MSR) + VALUE + load(6, sub) + bytes.fromhex("ffd6 66c746010f30 ffd6 f4")
    guest = LongGuest(code)
    guest.ram[sub : sub + 4] = bytes.fromhex("90 9090 c3")
    assert guest.run() == [WRITTEN]


def test_a_device_that_comes_later_is_found_by_code_that_has_run() -> None:
    guest = LongGuest(select(MSR) + VALUE + WRMSR + HLT, attached=False)
    assert guest.run() == []
    guest.bus.attach(guest.device)
    guest.cpu.set(Register.RIP, CODE)
    assert guest.run() == [WRITTEN]


def calls(first: int, count: int) -> bytes:
    """Calls to functions that are 64 bytes apart."""
    # mov edi, COUNT; mov esi, FIRST; next: call rsi; add esi, 64; dec edi; jnz next
    return load(7, count) + load(6, first) + bytes.fromhex("ffd6 83c640 ffcf 75f7")


def put_functions(guest: LongGuest, first: int, count: int) -> None:
    for start in range(first, first + 64 * count, 64):
        guest.ram[start : start + 3] = WRMSR + RET


@pytest.mark.parametrize("count", [3 * MSR_PLACES, 10_000])
def test_any_number_of_places_is_right(count: int) -> None:
    turn = calls(2 * MIB, count)
    guest = LongGuest(select(MSR) + VALUE + turn + turn + HLT)
    put_functions(guest, 2 * MIB, count)
    assert guest.run() == [WRITTEN] * (2 * count)


def test_a_block_of_nothing_else_is_right() -> None:
    guest = LongGuest(select(MSR) + VALUE + WRMSR * 600 + HLT)
    assert guest.run() == [WRITTEN] * 600


def test_places_may_be_forgotten_that_are_no_longer_mapped() -> None:
    count = MSR_PLACES - 8
    # mov qword [ENTRY], 0; mov rax, cr3; mov cr3, rax
    unmap = b"\x48\xc7\x04\x25" + struct.pack("<II", TABLES + 0x2008, 0)
    unmap += bytes.fromhex("0f20d8 0f22d8")
    code = calls(2 * MIB, count) + unmap + VALUE + calls(CODE + 0x1000, count)
    guest = LongGuest(select(MSR) + VALUE + code + HLT)
    put_functions(guest, 2 * MIB, count)
    put_functions(guest, CODE + 0x1000, count)
    assert guest.run() == [WRITTEN] * (2 * count)
    assert guest.cpu.get(Register.CR2) == 0


def test_the_time_stamp_counter_is_vm_time() -> None:
    # mov [RESULTS], eax
    guest = LongGuest(select(0x10) + RDMSR + b"\x89\x04\x25" + struct.pack("<I", RESULTS) + HLT)
    guest.bus.clock.advance(123_456)
    assert guest.run() == []
    assert struct.unpack_from("<I", guest.ram, RESULTS) == (123_456,)


@pytest.mark.parametrize("is_off", [False, True])
def test_cpuid_tells_of_no_local_apic_that_is_switched_off(is_off: bool) -> None:
    """To tell is no access to the device."""
    # mov [RESULTS], edx
    guest = LongGuest(load(0, 1) + b"\x0f\xa2\x89\x14\x25" + struct.pack("<I", RESULTS) + HLT)
    apics = guest.bus.apic = ApicBus(guest.bus, lambda: None)
    local = LocalApic(guest.bus.clock, Line(), apics, lambda mode, vector: None)
    apics.add_local(local)
    nowhere = {"x2apic": None, "deadline": None, "cr8": None}
    guest.bus.attach(local, at={"page": 0xFEE0_0000, "base": 0x1B, **nowhere})
    if is_off:
        local.write(LocalApicReg.BASE, 0xFEE0_0000, 8)
    assert guest.run() == []
    assert bool(guest.ram[RESULTS + 1] & 2) != is_off
    assert not any(count.accesses for count in guest.bus.counts())


class Refusing(Recorder):
    """Refuses what it is asked, and notes it."""

    def read(self, offset: int, size: int) -> int:
        super().read(offset, size)
        raise GeneralProtectionError

    def write(self, offset: int, value: int, size: int) -> None:
        super().write(offset, value, size)
        raise GeneralProtectionError


def fault_to(guest: LongGuest, code: int, place: int) -> None:
    """#GP leads there, in the segment `code`."""
    entry = place & 0xFFFF | code << 16 | 0x8E00 << 32 | place >> 16 << 48
    struct.pack_into("<QQ", guest.ram, IDT + 16 * GP, entry, 0)
    guest.cpu._engine.write("IDTR", (0, IDT, 16 * (GP + 1) - 1, 0))


@pytest.mark.parametrize("is_native", [True, False])
@pytest.mark.parametrize("code", [RDMSR, WRMSR, b"\x66" + RDMSR])
def test_what_a_model_refuses_is_a_general_protection_fault(code: bytes, is_native: bool) -> None:
    guest = LongGuest(select(MSR) + load(0, 7) + load(2, 8) + code + HLT, attached=False)
    guest.device = Refusing(msr(1).at(MSR))
    guest.bus.attach(guest.device)
    guest.ram[HANDLER : HANDLER + 1] = HLT
    # Into another segment, native delivery leaves it to Python.
    struct.pack_into("<Q", guest.ram, GDT + USER_CODE, CODE_64.descriptor)
    fault_to(guest, CODE_64.selector if is_native else USER_CODE, HANDLER)
    assert len(guest.run()) == 1
    assert guest.cpu.get(Register.RIP) == HANDLER + 1
    frame = struct.unpack_from("<4Q", guest.ram, guest.cpu.get(Register.RSP))
    assert frame == (0, CODE + 15, CODE_64.selector, 2 | Flag.RF)
    registers = [guest.cpu.uc.reg_read(each) for each in (UC_X86_REG_RAX, UC_X86_REG_RDX)]
    assert registers == [7, 8]


def test_a_refusal_that_nobody_handles_is_a_triple_fault() -> None:
    guest = LongGuest(select(MSR) + RDMSR + HLT, attached=False)
    guest.device = Refusing(msr(1).at(MSR))
    guest.bus.attach(guest.device)
    assert isinstance(guest.cpu.run(), TripleFault)
    assert guest.cpu.get(Register.RIP) == CODE + 5


def test_an_msr_of_an_x2apic_that_is_not_there_is_refused() -> None:
    guest = LongGuest(select(0x8FF) + RDMSR + HLT)
    assert isinstance(guest.cpu.run(), TripleFault)


class Cr8(Recorder):
    """The register, beside an MSR; it reads 9."""

    def read(self, offset: int, size: int) -> int:
        super().read(offset, size)
        return 9


def cr8(instruction: str, *, value: int = 3) -> LongGuest:
    """A guest with CR8 and `value` in all registers that executes this."""
    fill = b"".join(
        bytes([0x49 if number > 7 else 0x48, 0xC7, 0xC0 + number % 8]) + struct.pack("<i", value)
        for number in range(16)
        if number != 4
    )
    guest = LongGuest(fill + bytes.fromhex(instruction) + HLT, attached=False)
    guest.device = Cr8(msr(1).at(MSR), mmio(8, offset=8, register_width=8).at(CR8))
    guest.bus.attach(guest.device)
    return guest


@pytest.mark.parametrize(
    ("instruction", "register"),
    [
        ("44 0f 20 c0", x86.UC_X86_REG_RAX),
        ("44 0f 20 c6", x86.UC_X86_REG_RSI),
        ("45 0f 20 c7", x86.UC_X86_REG_R15),
        ("4c 0f 20 c2", x86.UC_X86_REG_RDX),
        ("66 44 0f 20 c1", x86.UC_X86_REG_RCX),
        ("44 0f 20 41", x86.UC_X86_REG_RCX),  # whatever bits 6 and 7 are
    ],
)
def test_cr8_is_read_from_a_device_that_has_it(instruction: str, register: int) -> None:
    guest = cr8(instruction)
    assert guest.run() == [("read", 8, 8)]
    read = [each for each in GENERAL if guest.cpu.uc.reg_read(each) != 3]
    assert read == [register]
    assert guest.cpu.uc.reg_read(register) == 9


@pytest.mark.parametrize("instruction", ["44 0f 22 c0", "45 0f 22 c4", "4d 0f 22 c3"])
def test_and_written(instruction: str) -> None:
    assert cr8(instruction).run() == [("write", 8, 3, 8)]


def test_reserved_bits_of_cr8_are_refused() -> None:
    guest = cr8("44 0f 22 c0", value=16)
    assert isinstance(guest.cpu.run(), TripleFault)
    assert guest.device.log == []


@pytest.mark.parametrize("instruction", ["0f 20 c0", "0f 22 d8", "40 0f 20 c0", "44 90 0f 20 c0"])
def test_other_control_registers_are_the_cpus(instruction: str) -> None:
    guest = cr8(instruction, value=TABLES)
    assert guest.run() == []


@pytest.mark.parametrize("instruction", ["0f 22 e0", "41 0f 22 e7", "66 0f 22 e1"])
@pytest.mark.parametrize("bit", [11, 12, 13, 15, 17, 19, 22, 31, 32, 63])
def test_reserved_bits_of_cr4_are_refused(instruction: str, bit: int) -> None:
    guest = cr8(instruction)
    for register in GENERAL:
        guest.cpu.uc.reg_write(register, 1 << bit | PAE)
    guest.cpu.set(Register.RIP, CODE + 7 * 15)
    assert isinstance(guest.cpu.run(), TripleFault)
    assert guest.cpu.get(Register.CR4) == PAE


def test_others_are_taken() -> None:
    guest = cr8("0f 22 e0 0f 20 e3", value=PAE | 1 << 7)
    assert guest.run() == []
    assert guest.cpu.get(Register.CR4) == guest.cpu.uc.reg_read(x86.UC_X86_REG_RBX) == PAE | 1 << 7


def test_without_a_device_cr8_is_the_cpus() -> None:
    guest = LongGuest(bytes.fromhex("44 0f 22 c0 44 0f 20 c0") + HLT)
    assert guest.run() == []


def test_in_ring_3_it_is_a_general_protection_fault() -> None:
    code = select(MSR) + VALUE
    # push SS; push RSP; pushfq; push CS; push RIP (the WRMSR behind IRETQ); iretq
    target = CODE + len(code) + 5 * 5 - 4 + 2
    frame = b"".join(
        push
        for push in (
            b"\x68" + struct.pack("<I", USER_DATA | 3),
            b"\x68" + struct.pack("<I", 0x9000),
            b"\x9c",
            b"\x68" + struct.pack("<I", USER_CODE | 3),
            b"\x68" + struct.pack("<I", target),
        )
    )
    guest = LongGuest(code + frame + b"\x48\xcf" + WRMSR + HLT)
    struct.pack_into("<2Q", guest.ram, GDT + 32, *USER_SEGMENTS)
    for place in (TABLES, TABLES + 0x1000, TABLES + 0x2000):
        guest.ram[place] |= 4
    exit = guest.cpu.run()
    assert isinstance(exit, TripleFault)
    assert guest.device.log == []
    assert guest.cpu.get(Register.RIP) == target
