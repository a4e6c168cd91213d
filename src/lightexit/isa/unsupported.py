# SPDX-License-Identifier: Apache-2.0
"""What C and its compiler can put into an object, and no filter may have: named, with a way out."""

from __future__ import annotations

from typing import NamedTuple

from lightexit.isa.alu import signed
from lightexit.isa.instruction import Instruction
from lightexit.isa.parts import (
    R_BPF_64_32,
    R_BPF_64_64,
    RODATA,
    STATE_SECTION,
    InstructionRelocation,
    Object,
)
from lightexit.isa.table import Kind

_KERNEL, _CONFIGURATION, _MAPS = ".ksyms", ".kconfig", ".maps"
_STATE_MACRO = "LIGHTEXIT_STATE(TYPE, NAME) of <lightexit.h>"


class Unsupported(NamedTuple):
    """What is wrong with an instruction, what may stand there, and what to do."""

    found: str
    expected: str
    advice: str = ""


def unsupported_address(
    found: Object, asked: InstructionRelocation, each: Instruction
) -> Unsupported:
    """Of an instruction that wants an address of what is no state and no constant."""
    section = found.names.get(asked.section, "")
    declared = found.declared(asked)
    name = found.variable_at(asked, signed(each.imm64, 64)) or asked.symbol
    if asked.section in found.code:
        return Unsupported(
            f"is the address of the function `{name}` in section {section}",
            "direct calls: a filter has no pointers to functions",
            "`if` or `switch` that calls each of them",
        )
    if section == _MAPS:
        return Unsupported(
            f"is the map `{name}` of section {_MAPS}, not the address of its value",
            "a state, whose value is used without a call",
            f"declare it as {_STATE_MACRO}, and write {name}.state.FIELD",
        )
    if declared in (_KERNEL, _CONFIGURATION):
        return Unsupported(
            f"needs `{name}`, which the kernel is to provide (section {declared})",
            "a filter that works on its context and its states alone",
            "a field of a state, which the device model sets",
        )
    if each.op.kind is not Kind.LDDW or asked.kind != R_BPF_64_64:
        return Unsupported(
            f"needs relocation {asked.kind} against `{name}` in {section or 'no section'}",
            f"R_BPF_64_64 ({R_BPF_64_64}), of an instruction that loads 64 bits",
            "an object of `clang -target bpf -O2 -g -c`",
        )
    return Unsupported(
        f"needs relocation {asked.kind} against `{name}` in {section or 'no section'}",
        f"addresses of a state, which is a section {STATE_SECTION}NAME or undefined "
        f"(`extern`), of variables in .data and .bss, and of constants in {RODATA}",
        f"declare it as {_STATE_MACRO}",
    )


def unsupported_call(found: Object, asked: InstructionRelocation | None) -> Unsupported:
    """Of a call that leads to no function."""
    if asked and asked.kind != R_BPF_64_32:
        return Unsupported(
            f"needs relocation {asked.kind} against `{asked.symbol}`",
            f"R_BPF_64_32 ({R_BPF_64_32})",
        )
    if asked and found.declared(asked) == _KERNEL:
        return Unsupported(
            f"calls `{asked.symbol}`, a function of the kernel (section {_KERNEL})",
            "calls within the object: a filter works on its context and its states alone",
            "return 0 (PASS), and have the device model do it",
        )
    name = f"`{asked.symbol}`" if asked and asked.symbol else "something"
    return Unsupported(
        f"calls {name}, which is no function of this object",
        "calls within the object: mark helpers `static inline`, and mind that LLVM may call "
        "memcpy, memset or __bpf_trap by itself",
    )


def unsupported_core(kind: str) -> Unsupported:
    """Of an instruction whose offset libbpf would change for the kernel that runs it."""
    return Unsupported(
        f"needs a CO-RE relocation for `{kind or 'a type without a name'}` (section .BTF.ext)",
        "offsets that are the same everywhere: contexts and states have one layout",
        "remove preserve_access_index from the struct, and BPF_CORE_READ",
    )


def unsupported_data(section: str) -> Unsupported:
    """Of an instruction that wants the address of data which holds addresses itself."""
    return Unsupported(
        f"uses section {section}, which holds pointers",
        "data without pointers: a filter may not load an address from memory",
        "arrays instead of pointers to them, and `-fno-jump-tables` for a `switch`",
    )
