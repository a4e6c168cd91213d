# SPDX-License-Identifier: Apache-2.0
"""A person types at a shell of Linux, on `lightexit run`.

The kernel is as for `vm/boot/test_real_kernel.py`; busybox is this host's, linked statically.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cli.driven import CTRL_A, driven
from vm.boot.cpio import DEVICE, FOLDER, PROGRAM, File, archive
from vm.boot.test_real_kernel import image

COMMAND_LINE = "console=ttyS0 quiet panic=-1 mitigations=off cryptomgr.notests rdinit=/bin/sh"


def _ram_disk() -> bytes:
    busybox = shutil.which("busybox")
    if busybox is None:
        pytest.skip("busybox is not installed (Debian: busybox-static)")
    program = Path(busybox).read_bytes()
    if b"/ld-linux" in program:
        pytest.skip("busybox is not linked statically (Debian: busybox-static)")
    console = File("dev/console", DEVICE, device=(5, 1))
    shell = [File(f"bin/{name}", PROGRAM, program) for name in ("sh", "poweroff", "reboot")]
    return archive(File("dev", FOLDER), File("bin", FOLDER), console, *shell)


@pytest.mark.long
def test_a_shell_is_typed_into(tmp_path: Path) -> None:
    kernel, initrd = tmp_path / "vmlinuz", tmp_path / "initrd"
    kernel.write_bytes(image())
    initrd.write_bytes(_ram_disk())
    options = ("--kernel", kernel, "--initrd", initrd, "--append", COMMAND_LINE)
    with driven("run", "--seconds", "600", *options) as run:
        run.wait_for("# ")
        run.do("echo $((6*7))\r", "\n42\n")
        run.do("sleep 1000\r", "\n")
        run.do("\x03", "# ")  # the guest's own terminal knows Ctrl-C
        run.do(CTRL_A + "c", "(lightexit) ")
        assert "uart RBR_THR write" in run.do("table\n", "(lightexit) ")
        run.do("console\n", "back to the guest\n")
        run.do("reboot -f\r", "the guest boots again")
        run.wait_for("# ")
        run.do("echo $((6*9))\r", "\n54\n")
        run.type("poweroff -f\r")
        assert run.end() == 0
        assert "run ended: the guest shut down" in run.shown
        assert run.settings() == run.before
