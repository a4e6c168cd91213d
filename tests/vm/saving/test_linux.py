# SPDX-License-Identifier: Apache-2.0
"""Some of linux.py's restores, with the kernel that test_real_kernel.py boots."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest

from vm.boot.test_real_kernel import image
from vm.saving.linux import Linux


@pytest.mark.long
def test_linux_goes_on_with_right_sums_and_clocks(tmp_path: Path) -> None:
    busybox = shutil.which("busybox")
    if busybox is None:
        pytest.skip("there is no busybox: a static one is needed")
    linux = Linux(image(), Path(busybox).read_bytes(), Random(1), tmp_path / "saved")
    linux.boot()
    for _ in range(200):
        linux.go_on()
    assert linux.lines > 3
