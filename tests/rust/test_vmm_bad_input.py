# SPDX-License-Identifier: Apache-2.0
"""What examples/vmm-rust says of what it cannot do: the same sentences as the C VMM."""

from __future__ import annotations

import pytest

from rust.vmm import vmm
from vmm_c.built import Vmm
from vmm_c.test_bad_input import (
    saved,
    test_a_command_line_that_is_wrong,
    test_a_guest_that_ends_before_its_snapshot_is_due,
    test_a_guest_that_shuts_down,
    test_a_snapshot_is_there_whole_or_as_it_was,
    test_a_snapshot_of_another_layout,
    test_a_snapshot_of_another_vm,
    test_a_snapshot_that_is_damaged,
    test_a_state_that_no_device_can_be_in,
    test_an_image_of_another_size,
    test_objects_that_are_not_there,
    test_without_dev_kvm,
)

__all__ = [
    "saved",
    "test_a_command_line_that_is_wrong",
    "test_a_guest_that_ends_before_its_snapshot_is_due",
    "test_a_guest_that_shuts_down",
    "test_a_snapshot_is_there_whole_or_as_it_was",
    "test_a_snapshot_of_another_layout",
    "test_a_snapshot_of_another_vm",
    "test_a_snapshot_that_is_damaged",
    "test_a_state_that_no_device_can_be_in",
    "test_an_image_of_another_size",
    "test_objects_that_are_not_there",
    "test_without_dev_kvm",
]


pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def built() -> Vmm:
    return vmm()
