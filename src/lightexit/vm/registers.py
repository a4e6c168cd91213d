# SPDX-License-Identifier: Apache-2.0
"""Bits of registers of x86, by the manual's names.

Reference: Intel SDM volume 3, sections 2.2.1 and 2.5; volume 2, CPUID.
"""

from __future__ import annotations

#: CR0.
PE, ET, PG = 1 << 0, 1 << 4, 1 << 31
#: CR4.
PSE, PAE, OSXSAVE = 1 << 4, 1 << 5, 1 << 18
#: Numbers of model-specific registers, and the bits of EFER.
TSC = 0x10
EFER = 0xC000_0080
LME, LMA = 1 << 8, 1 << 10

#: The feature leaf of CPUID: bits of EDX, of ECX.
FEATURES = 1
HAS_APIC = 1 << 9
HAS_X2APIC, HAS_TSC_DEADLINE, OSXSAVE_IS_ON = 1 << 21, 1 << 24, 1 << 27

#: Bytes of an instruction, prefixes included.
LONGEST_INSTRUCTION = 15
