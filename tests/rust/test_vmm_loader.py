# SPDX-License-Identifier: Apache-2.0
"""examples/vmm-rust --loader: another user's process, whose filters lightexit-loader loads."""

from __future__ import annotations

import pytest

from rust.vmm import vmm
from vmm_c.built import Vmm
from vmm_c.test_unprivileged import (
    loader,
    test_a_loader_for_another_group,
    test_a_loader_that_hangs_up_in_the_middle,
    test_a_loader_without_the_objects,
    test_an_answer_of_another_version,
    test_guests_print_the_same,
    test_without_a_loader,
    usable_by_nobody,
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
    return usable_by_nobody(vmm)
