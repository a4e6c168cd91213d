# SPDX-License-Identifier: Apache-2.0
"""A distribution's kernel, for as far as its decompressor's first message."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lightexit.vm.boot import Payload, Platform
from lightexit.vm.memory import MIB
from vm.boot.booted import boot

KERNEL = os.environ.get("LIGHTEXIT_TEST_KERNEL", "")


@pytest.mark.skipif(not KERNEL, reason="LIGHTEXIT_TEST_KERNEL names no bzImage")
def test_a_linux_kernel_finds_its_command_line_and_the_serial_port() -> None:
    said = "KASLR disabled: 'nokaslr' on cmdline."
    payload = Payload("earlyprintk=serial,0x3f8,115200 nokaslr")
    kernel = Path(KERNEL).read_bytes()
    ending = boot("unicorn", kernel, payload, Platform(), 256 * MIB, until=said)
    assert said in ending.output
