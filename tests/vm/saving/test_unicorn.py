# SPDX-License-Identifier: Apache-2.0
"""What Unicorn keeps to itself is saved, and follows from named registers."""

from __future__ import annotations

import contextlib
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unicorn import UC_ARCH_X86, UC_MODE_32, UC_MODE_64, x86_const
from unicorn.unicorn_py3.unicorn import Uc

from guests.harness import bench
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.errors import AuthorError, HostError
from lightexit.vm.memory import GuestMemory
from lightexit.vm.registers import PE
from lightexit.vm.saving.cpu_state import XSAVE_LEAST, CpuRegisters, VcpuState, decode, encode
from lightexit.vm.unicorn import UnicornCpu
from lightexit.vm.unicorn import state as unicorn
from lightexit.vm.x86 import Register
from vm.saving.test_cpu import until

HIDDEN = slice(216, 220)


@pytest.mark.parametrize("name", ["ports", "interrupts", "interrupts32", "long"])
def test_hidden_flags_follow_from_registers(name: str) -> None:
    with bench(name, "unicorn") as ready:
        for accesses in range(1, 40, 3):
            until(ready, accesses)
            assert isinstance(ready.cpu, UnicornCpu)
            context = unicorn._Context(ready.cpu.uc).load()
            hidden = int.from_bytes(context[HIDDEN], "little")
            state = decode(ready.cpu.save())
            state.registers.events.shadow = hidden & unicorn._INHIBIT
            wanted = unicorn.hidden_flags(state)
            assert hidden & unicorn._KNOWN_HIDDEN & ~unicorn._SS32 == wanted & ~unicorn._SS32


def engine(mode: int) -> Uc:
    uc = Uc(UC_ARCH_X86, mode)
    uc.mem_map(0, 0x3000)
    return uc


#: fxsave [0x2000] in code of either kind; rights of its segment.
FXSAVE = {UC_MODE_32: ("0fae0500200000", 0xC09B), UC_MODE_64: ("0fae042500200000", 0xA09B)}


@pytest.mark.parametrize("mode", FXSAVE)
def test_fpu_and_vectors_go_on(mode: int) -> None:
    """fldpi; fld1; fldl2e: three on a stack whose top is elsewhere."""
    random, (code, rights) = Random(mode), FXSAVE[mode]
    first, second = engine(mode), engine(mode)
    first.mem_write(0, bytes.fromhex("d9eb d9e8 d9ea"))
    first.emu_start(0, 6)
    for number in range(8):
        first.reg_write(x86_const.UC_X86_REG_XMM0 + number, random.getrandbits(128))
    first.reg_write(x86_const.UC_X86_REG_MXCSR, 0x3F80)
    first.reg_write(x86_const.UC_X86_REG_FPCW, 0x0E7F)
    state = unicorn.save(first, in_shadow=False)
    state.segment("cs").rights = rights  # an engine by itself has none
    unicorn.restore(second, state)
    images = [fxsave(uc, bytes.fromhex(code)) for uc in (first, second)]
    assert images[0] == images[1]
    assert images[0][32:42] != bytes(10)


def fxsave(uc: Uc, code: bytes) -> bytes:
    uc.mem_write(0x100, code)
    uc.emu_start(0x100, 0x100 + len(code))
    return bytes(uc.mem_read(0x2000, 416))


def test_what_kvm_alone_has_is_refused() -> None:
    uc = engine(UC_MODE_64)
    for found, change in (
        ("XCR0 0x7", {"xcr0": 7}),
        ("not started", {"activity": 1}),
    ):
        registers = CpuRegisters()
        for name, value in change.items():
            setattr(registers, name, value)
        with pytest.raises(AuthorError, match=found):
            unicorn.restore(uc, VcpuState(registers, bytes(XSAVE_LEAST)))
    with pytest.raises(AuthorError, match="KVM's own clock"):
        unicorn.restore(uc, VcpuState(CpuRegisters(), bytes(XSAVE_LEAST), {0x4B56_4D01: 1}))


def test_another_version_of_unicorn_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unicorn.is_known()
    monkeypatch.setattr(unicorn, "is_known", lambda: False)
    with pytest.raises(HostError, match="this version of Unicorn"):
        unicorn.save(engine(UC_MODE_64), in_shadow=False)


def test_a_vcpu_of_any_other_size_is_refused() -> None:
    data = encode(VcpuState(CpuRegisters(), bytes(XSAVE_LEAST), {1: 2}, bytes(1024)))
    assert encode(decode(data)) == data
    for size in (0, 100, len(data) - 1):
        with pytest.raises(AuthorError, match=f"a saved vCPU of {size} bytes"):
            decode(data[:size])


def test_one_in_protected_mode_before_its_far_jump_is_saved() -> None:
    """Its selector of code is that of real mode, and no descriptor table has it."""
    cpu = UnicornCpu(GuestMemory(2 << 20), Bus(ManualClock()).cpus[0])
    cpu.set(Register.CR0, cpu.get(Register.CR0) | PE)
    cpu.restore(saved := cpu.save())
    assert cpu.save() == saved
    assert not cpu.interruptible()


@given(st.randoms(use_true_random=False))
def test_any_registers_are_taken_and_are_those_saved_then(random: Random) -> None:
    cpu = UnicornCpu(GuestMemory(2 << 20), Bus(ManualClock()).cpus[0])
    state = decode(cpu.save())
    data = bytearray(bytes(state.registers))
    for _ in range(random.choice((1, 4, 64))):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    registers = CpuRegisters.view(data)
    with contextlib.suppress(AuthorError):  # events and parts that KVM alone has
        cpu.restore(encode(VcpuState(registers, state.xsave, state.msrs)))
    saved = cpu.save()
    cpu.restore(saved)
    assert cpu.save() == saved
