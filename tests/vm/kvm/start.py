# SPDX-License-Identifier: Apache-2.0
"""Where a bare vCPU begins, for tests that have no kernel to boot."""

from __future__ import annotations

from lightexit.vm.boot.kvm import set_start
from lightexit.vm.boot.state import CODE_32, DATA, StartState
from lightexit.vm.kvm.structs import KvmRegisters
from lightexit.vm.kvm.vcpu import KvmVcpu

_ALWAYS_SET = 2  # bit 1 of RFLAGS


def real_mode(vcpu: KvmVcpu, entry: int, stack: int = 0) -> None:
    """16-bit code at `entry`, below 1 MiB; all data segments at 0, SP at `stack`.

    The rest is as at its reset vector, where a fresh vCPU stands.
    """
    system = vcpu.system_registers
    system.cs.base = entry & 0xF_0000
    system.cs.selector = entry >> 4 & 0xF000
    vcpu.system_registers = system
    registers = KvmRegisters()
    registers.rip, registers.rsp, registers.rflags = entry & 0xFFFF, stack, _ALWAYS_SET
    vcpu.registers = registers


def flat_32bit(vcpu: KvmVcpu, entry: int) -> None:
    """32-bit code at `entry`, every segment 4 GiB from 0, no paging."""
    set_start(vcpu, StartState(entry, CODE_32, DATA))
