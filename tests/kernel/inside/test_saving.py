# SPDX-License-Identifier: Apache-2.0
"""A guest whose filters are in the kernel is saved and restored, over and over."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from lightexit.errors import HostError
from lightexit.vm.console import Console
from lightexit.vm.machine import RunEnd, RunLimits
from vm.saving.many import RESULT, Many, Way, available

RESTORES = 40
KERNEL, NATIVE = Way("kvm", "kernel"), Way("kvm", "native")


def test_a_guest_goes_on_with_filters_in_the_kernel_or_elsewhere(tmp_path: Path) -> None:
    ways = available("kvm")
    assert KERNEL in ways
    many = Many(ways, Random(1), tmp_path / "saved")
    while (left := RESTORES - many.seen.total()) > 0:
        many.live(left)
    assert many.guests
    pairs = (KERNEL, KERNEL), (KERNEL, NATIVE), (NATIVE, KERNEL)
    assert {(str(here), str(there)) for here, there in pairs} <= many.seen.keys()


def test_what_this_cpu_has_not_is_refused_and_nothing_has_changed(tmp_path: Path) -> None:
    """The rig's CPU has no XSAVE, which the guest switches on where Unicorn offers it."""
    file, console = tmp_path / "saved", Console()
    with Way("unicorn").machine(Console()) as there, KERNEL.machine(console) as here:
        there.run(RunLimits(accesses=1))
        there.save(file)
        with pytest.raises(HostError, match="does not take the saved CR0 0x60000011, CR4 0x50200"):
            here.restore(file)
        assert here.run().reason is RunEnd.HALTED
    assert console.text == RESULT
