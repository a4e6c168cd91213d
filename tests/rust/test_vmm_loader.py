# SPDX-License-Identifier: Apache-2.0
"""examples/vmm-rust --loader: another user's process, whose filters lightexit-loader loads."""

from __future__ import annotations

from pathlib import Path

import pytest

from loader.daemon import program
from rust.vmm import vmm
from vmm_c.built import Vmm
from vmm_c.test_unprivileged import (
    loader,
    run,
    test_a_loader_for_another_group,
    test_a_loader_that_hangs_up_in_the_middle,
    test_a_loader_without_the_objects,
    test_an_answer_of_another_version,
    test_guests_print_the_same,
    test_without_a_loader,
)

__all__ = [
    "loader",
    "test_a_loader_for_another_group",
    "test_a_loader_that_hangs_up_in_the_middle",
    "test_a_loader_without_the_objects",
    "test_an_answer_of_another_version",
    "test_guests_print_the_same",
    "test_without_a_loader",
]

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def built() -> Vmm:
    if Path("/dev/lightexit").exists():
        pytest.skip("the module is loaded: what is said here is said without it")
    program()
    made = vmm()
    if run("test", "-w", "/dev/kvm").status:
        pytest.skip("no name space with a /dev/kvm for another user can be made")
    return made
