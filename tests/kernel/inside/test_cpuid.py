# SPDX-License-Identifier: Apache-2.0
"""What a real KVM makes of the CPUID that it is given."""

from __future__ import annotations

from kernel.inside.machine import HLT, Machine, keep

KEPT = 0x3000
#: mov eax, 1; cpuid; mov eax, edx
FEATURES = "66b801000000" + "0fa2" + "6689d0" + keep(KEPT) + HLT
APIC = 1 << 9


def test_a_guest_sees_no_local_apic_where_there_is_none(machine: Machine) -> None:
    assert machine.run(machine.load(FEATURES), lambda access: 0) == []
    assert not int.from_bytes(machine.memory.ram[KEPT : KEPT + 4], "little") & APIC
