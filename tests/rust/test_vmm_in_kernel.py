# SPDX-License-Identifier: Apache-2.0
"""examples/vmm-rust with --engine in-kernel, in the rig: as the C VMM there."""

from __future__ import annotations

import pytest

from rust.vmm import build
from vmm_c.built import Ended
from vmm_c.test_in_kernel import (
    in_rig,
    test_guests_print_the_same,
    test_guests_print_the_same_without_any_right,
    test_nothing_is_lost,
    test_the_kernel_answers,
    test_the_kernel_answers_a_process_without_any_right,
    test_without_rights_the_native_engine_runs_the_filters,
)

__all__ = [
    "test_guests_print_the_same",
    "test_guests_print_the_same_without_any_right",
    "test_nothing_is_lost",
    "test_the_kernel_answers",
    "test_the_kernel_answers_a_process_without_any_right",
    "test_without_rights_the_native_engine_runs_the_filters",
]

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def runs() -> dict[str, Ended]:
    return in_rig(build())
