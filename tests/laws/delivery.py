# SPDX-License-Identifier: Apache-2.0
"""The law of delivery: natively, an interrupt does what the definition says (vm/x86.py).

A guest returns by IRET into code that raises one event, in any mode and ring; gates, segments,
stacks and pages are drawn. It is run twice, the second time without native delivery.
"""

from __future__ import annotations

import random
import struct
import threading
from dataclasses import dataclass, field

from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.errors import GuestError
from lightexit.vm.boot.state import CODE_32, CODE_64, DATA, FlatSegment, StartState
from lightexit.vm.memory import MIB, GuestMemory
from lightexit.vm.registers import ET, LMA, LME, PAE, PE, PG
from lightexit.vm.unicorn import UnicornCpu
from lightexit.vm.x86 import DescriptorTable, Register
from vm.rom import rom

GDT, IDT, TSS, TABLES, FRAME = 0x1000, 0x2000, 0x3800, 0x4000, 0x8000
CODE, STACK, HANDLERS = 0x1_0000, 0x2_0000, 0x3_0000
MISSING = 0x2_8000  # the only page that is not mapped
_HLT, _RW_USER, _PAGES = b"\xf4", 7, 512
CODE_0, CODE64_0, DATA_0, DATA_3, CODE64_3, CODE_3, CONFORMING, ABSENT = range(8, 72, 8)
_TASK = 72
#: A HLT in ring 3 is an exception, whose handler may be a HLT in ring 3: such a guest never ends.
LONGEST_S, ENDLESS = 0.3, "Stopped()"
MODES = ("real", "protected", "long")
#: What raises the event, by its bytes; `{vector}` is drawn.
_EVENTS = {
    "int": "cd{vector:02x}",
    "int3": "cc",
    "division": "f7f0",
    "undefined": "0f0b",
    "selector": "8ed8",
    "page": "a100800200",
    "page of long mode": "8b042500800200",
    "system call": "0f05",
}


@dataclass
class Case:
    """A guest that was drawn."""

    mode: str
    event: str
    ring: int
    vector: int
    flags: int
    stack: int
    inner_stacks: list[int]
    gates: list[int]
    descriptors: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Result:
    """What came of it; natively or not is no part of the comparison."""

    exit: str
    registers: dict[str, object]
    ram: bytes
    was_native: bool = field(compare=False)


def draw(seed: int) -> Case:
    """A case; most of what it is made of is good."""
    rng = random.Random(seed)
    mode = rng.choice(MODES)
    ring = rng.choice((0, 3)) if mode != "real" else 0
    events = [each for each in _EVENTS if _is_of(each, mode)]
    vector = rng.choice((0, 3, 6, 8, 13, 14, rng.randrange(256)))
    flags = 0x202 | rng.getrandbits(12) & 0xCD5 | rng.choice((0, 1 << 18))
    stacks = [_stack(rng) for _ in range(3)]
    gates = [_gate(rng, mode, number) for number in range(256)]
    return Case(mode, rng.choice(events), ring, vector, flags, stacks[0], stacks[1:], gates)


def _is_of(event: str, mode: str) -> bool:
    if event in ("page", "selector", "undefined"):
        return mode == "protected" or (mode == "long" and event != "page")
    return mode == "long" if event in ("page of long mode", "system call") else True


def _stack(rng: random.Random) -> int:
    good = STACK + rng.randrange(0x100, 0x7000)
    odd = (MISSING + rng.randrange(0x20), MISSING + 0x1000 + rng.randrange(0x40), STACK + 0x1003)
    return rng.choice((good, good, good & ~0xF, rng.choice(odd)))


def _gate(rng: random.Random, mode: str, number: int) -> int:
    offset = HANDLERS + 16 * number
    if mode == "real":
        return (HANDLERS >> 4) << 16 | 16 * number
    usual = CODE64_0 if mode == "long" else CODE_0
    others = (CONFORMING, ABSENT, CODE_3 | 3, 0, 0x1000, CODE_0 | 3)
    selector = rng.choice((usual,) * 12 + others) if mode == "protected" else usual
    kind = rng.choice((0xE, 0xE, 0xE, 0xF, 0xF, 0x6, 0x7, 0x5))
    access = kind | rng.choice((0, 3, 3)) << 5 | (0x80 if rng.randrange(12) else 0)
    stack = rng.choice((0, 0, 1, 2)) if mode == "long" else 0
    return offset & 0xFFFF | selector << 16 | stack << 32 | access << 40 | (offset >> 16) << 48


def run(case: Case, *, native: bool) -> Result:
    """The guest, from its IRET until it halts or cannot go on."""
    cpu, memory = _guest(case)
    cpu._engine.delivery.switch(native)
    alarm = threading.Timer(LONGEST_S, cpu.request_stop)
    alarm.start()
    try:
        shown = repr(cpu.run())
    except GuestError as error:
        shown = error.found
    finally:
        alarm.cancel()
    watch = cpu._watch.fields
    was_native = not watch.is_trapped and not watch.is_syscall
    return Result(shown, _registers(cpu), bytes(memory.ram), was_native and shown == "Halted()")


def _registers(cpu: UnicornCpu) -> dict[str, object]:
    saved = cpu._context.saved()
    segments = [(each.selector, each.base) for each in saved.segments]
    values = [saved.rip, *saved.general, *saved.control]
    engine = cpu._engine
    flags = engine.uc.reg_read(engine._registers[Register.RFLAGS])
    return {
        "values": [int(each) for each in values],
        "flags": flags,
        "hidden": saved.hidden_flags,
        "segments": segments,
        "pending": saved.pending,
    }


def _guest(case: Case) -> tuple[UnicornCpu, GuestMemory]:
    memory = GuestMemory(2 * MIB, rom(_real_entry(case)))
    ram = memory.ram
    ram[0x400:0x9_0000] = _HLT * (0x9_0000 - 0x400)
    ram[GDT : FRAME + 0x1000] = bytes(FRAME + 0x1000 - GDT)
    code = bytes.fromhex(_EVENTS[case.event].format(vector=case.vector))
    ram[CODE : CODE + len(code)] = code
    width = {"real": 4, "protected": 8, "long": 16}[case.mode]
    for number, gate in enumerate(case.gates):
        place = (0 if case.mode == "real" else IDT) + width * number
        ram[place : place + width] = gate.to_bytes(width, "little")
    cpu = UnicornCpu(memory, Bus(ManualClock()).cpus[0])
    if case.mode != "real":
        _put_tables(case, ram)
        cpu.start(_start(case))
        # A direct boot into 32-bit code is without paging.
        cpu._engine.write("CR0", PE | ET | PG)
        cpu._engine.write("TR", (_TASK, TSS, 0x67, 0x8B00))
    return cpu, memory


def _real_entry(case: Case) -> bytes:
    """Behind the reset vector: SS:SP, and a frame for IRET."""
    words = (case.flags & 0xFFFF, CODE >> 4, 0)
    pushes = b"".join(b"\x68" + struct.pack("<H", each) for each in words)
    segment, pointer = STACK >> 4, case.stack - STACK & 0xFFFF
    return struct.pack("<BHHBH", 0xB8, segment, 0xD08E, 0xBC, pointer) + pushes + b"\x31\xc0\xcf"


def _put_tables(case: Case, ram: memoryview) -> None:
    entries = [
        0,
        CODE_32.descriptor,
        CODE_64.descriptor,
        DATA.descriptor,
        DATA.descriptor | 3 << 45,
        CODE_64.descriptor | 3 << 45,
        CODE_32.descriptor | 3 << 45,
        CODE_32.descriptor | 1 << 42,
        CODE_32.descriptor & ~(1 << 47),
    ]
    struct.pack_into(f"<{len(entries)}Q", ram, GDT, *entries)
    first, second = case.inner_stacks
    if case.mode == "long":
        struct.pack_into("<QQQ", ram, TSS + 4, first, 0, 0)
        struct.pack_into("<QQ", ram, TSS + 0x24, second, STACK + 0x4000)
    else:
        struct.pack_into("<II", ram, TSS + 4, first, DATA_0)
    _put_pages(ram)
    wide = case.mode == "long"
    code = (CODE64_0, CODE64_3 | 3) if wide else (CODE_0, CODE_3 | 3)
    frame = [CODE, code[case.ring == 3], case.flags]
    if wide or case.ring:
        frame += [case.stack, (DATA_3 | 3) if case.ring else DATA_0]
    struct.pack_into(f"<{len(frame)}{'Q' if wide else 'I'}", ram, _frame(case), *frame)
    iret = b"\x48\xcf" if wide else b"\xcf"
    ram[CODE + 0x80 : CODE + 0x80 + len(iret)] = iret


def _frame(case: Case) -> int:
    """Where it is: IRET to the same ring of 32 bits leaves the stack behind it."""
    return FRAME if case.ring or case.mode == "long" else case.stack - 12


def _put_pages(ram: memoryview) -> None:
    """Four levels, and two behind them for 32 bits: the first 2 MiB but for one page."""
    for level in range(3):
        table = TABLES + level * 0x1000
        struct.pack_into("<Q", ram, table, table + 0x1000 | _RW_USER)
    for page in range(_PAGES):
        present = 0 if page << 12 == MISSING else _RW_USER
        struct.pack_into("<Q", ram, TABLES + 0x3000 + 8 * page, page << 12 | present)
        struct.pack_into("<I", ram, TABLES + 0x6000 + 4 * page, page << 12 | present)
    struct.pack_into("<I", ram, TABLES + 0x5000, TABLES + 0x6000 | _RW_USER)


def _start(case: Case) -> StartState:
    wide = case.mode == "long"
    return StartState(
        CODE + 0x80,
        FlatSegment(CODE64_0, 0xB, long=1) if wide else FlatSegment(CODE_0, 0xB, db=1),
        FlatSegment(DATA_0, 0x3, db=1),
        DescriptorTable(GDT, 9 * 8 - 1),
        DescriptorTable(IDT, (16 if wide else 8) * 256 - 1),
        cr0=PE | ET | PG if wide else PE | ET,
        cr3=TABLES if wide else TABLES + 0x5000,
        cr4=PAE if wide else 0,
        efer=(LME | LMA | 1) if wide else 0,
        rsp=_frame(case),
        rflags=2,
    )
