# SPDX-License-Identifier: Apache-2.0
"""What CPUID reports: Unicorn's CPU has a local APIC, the machine has one only as a device.

Of an x2APIC and of TSC deadlines it tells where MSRs reach devices (msrs.py).
Reference: Intel SDM volume 2, CPUID.
"""

from __future__ import annotations

import functools
from typing import Any

from unicorn import UC_HOOK_INSN, UC_MODE_32, x86_const

from lightexit.bus.bus import Bus
from lightexit.vm.apics import ApicBus
from lightexit.vm.paging import PAGE
from lightexit.vm.registers import (
    FEATURES,
    HAS_APIC,
    HAS_TSC_DEADLINE,
    HAS_X2APIC,
    OSXSAVE,
    OSXSAVE_IS_ON,
)
from lightexit.vm.unicorn.context import layout_is_known
from lightexit.vm.unicorn.model import new_emulator

_EAX, _EBX, _ECX, _EDX = (getattr(x86_const, f"UC_X86_REG_E{letter}X") for letter in "ABCD")
_CPUID = b"\x0f\xa2"


def describe_apic(uc: Any, bus: Bus) -> None:
    """Make CPUID report a local APIC only while messages on that bus reach one, with MSRs if
    guests can reach those."""

    def at_cpuid(uc: Any, _user: object) -> int:
        has_msrs = bus.apic is not None and layout_is_known()
        features = HAS_X2APIC | HAS_TSC_DEADLINE if has_msrs else 0
        return _at_cpuid(uc, _has_apic(bus), features)

    uc.hook_add(UC_HOOK_INSN, at_cpuid, None, 1, 0, x86_const.UC_X86_INS_CPUID)


def _has_apic(bus: Bus) -> bool:
    """Not where the guest has switched it off (SDM volume 3, section 11.4.3)."""
    return bus.apic is not None and (not isinstance(bus.apic, ApicBus) or bus.apic.is_enabled)


def _at_cpuid(uc: Any, has_apic: bool, features: int) -> int:
    """Whether the instruction has been carried out here."""
    if uc.reg_read(_EAX) != FEATURES:
        return 0
    eax, ebx, ecx, edx = emulated()
    is_on = uc.reg_read(x86_const.UC_X86_REG_CR4) & OSXSAVE
    ecx &= ~(HAS_X2APIC | HAS_TSC_DEADLINE | OSXSAVE_IS_ON)
    ecx |= features | (OSXSAVE_IS_ON if is_on else 0)
    edx = edx | HAS_APIC if has_apic else edx & ~HAS_APIC
    for register, value in ((_EAX, eax), (_EBX, ebx), (_ECX, ecx), (_EDX, edx)):
        uc.reg_write(register, value)
    return 1


@functools.cache
def emulated() -> tuple[int, int, int, int]:
    """EAX, EBX, ECX and EDX of leaf 1 as Unicorn's own CPU has them."""
    uc = new_emulator(UC_MODE_32)
    uc.mem_map(0, PAGE)
    uc.mem_write(0, _CPUID)
    uc.reg_write(_EAX, FEATURES)
    uc.emu_start(0, len(_CPUID))
    eax, ebx, ecx, edx = (uc.reg_read(each) for each in (_EAX, _EBX, _ECX, _EDX))
    return eax, ebx, ecx, edx
