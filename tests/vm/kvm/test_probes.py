# SPDX-License-Identifier: Apache-2.0
"""What the probes tell of MSRs that a VMM answers: that there were some, as KVM says no more."""

from __future__ import annotations

import os

import pytest

from bus.test_msrs import Msrs
from lightexit.abi import Space
from lightexit.trace.access import Answer
from lightexit.trace.probes import UNKNOWN_MSR, open_probes
from lightexit.vm.exits import Halted
from lightexit.vm.kvm.loop import NativeLoop
from lightexit.vm.kvm.system import Capability
from stock_qemu import needs_qemu
from vm.kvm import start
from vm.kvm.host import Host
from vm.kvm.test_msrs import ACCESSES, ENTRY


@needs_qemu  # which says that BPF programs can be loaded
def test_msrs_that_the_vmm_answers(host: Host) -> None:
    if not host.vm.kvm.offers(Capability.X86_MSR_FILTER):
        pytest.skip("this KVM hands no MSRs out")
    host.bus.attach(Msrs(host.bus.clock))
    host.code(ACCESSES)
    probes = open_probes([os.getpid()], ceiling=0)
    cpu = host.add_cpu(NativeLoop)
    start.real_mode(cpu.vcpu, ENTRY)
    assert cpu.run() == Halted()
    counts = probes.read()
    probes.close()
    told = {
        (key.address, key.is_write, key.answer): count.accesses
        for key, count in counts.accesses.items()
        if key.space is Space.MSR
    }
    assert told == {
        (UNKNOWN_MSR, True, Answer.USER): 2,
        (UNKNOWN_MSR, False, Answer.USER): 1,
    }
