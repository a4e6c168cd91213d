# SPDX-License-Identifier: Apache-2.0
"""A stock Linux kernel as the guest of `--engine kernel`, in the rig: exits, and its clock.

python -m kernel.guest [--host-kernel 6.12] [--seconds 10]     (in tests/; takes some minutes)
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from kernel import rig
from kernel.apt import Unavailable
from kernel.kernels import Kernel, fetch

INIT = Path(__file__).with_name("guest_init.c")


def initrd(folder: Path) -> Path:
    """A RAM disk with nothing but the guest's only process."""
    init, disk = folder / "init", folder / "initrd"
    command = ("gcc", "-static", "-O1", "-Wall", "-Werror", "-o", str(init), str(INIT))
    subprocess.run(command, check=True)
    disk.write_bytes(rig.cpio({"init": init.read_bytes()}))
    return disk


def stock_image(kernel: Kernel) -> Path:
    """The kernel as its distribution boots it."""
    return kernel.root / "boot" / f"vmlinuz-{kernel.release}"


def main() -> int:
    """Run it and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--host-kernel", default="6.1", help="series of both: 6.1, 6.12, ...")
    parser.add_argument("--seconds", type=int, default=10, help="how long the guest polls")
    parser.add_argument("--timeout", type=float, default=900, help="seconds for all of it")
    asked = parser.parse_args()
    try:
        kernel = fetch(asked.host_kernel)
        # The rig sees the host's /tmp.
        with tempfile.TemporaryDirectory() as folder:
            arguments = (stock_image(kernel), initrd(Path(folder)), asked.seconds)
            command = [sys.executable, "-m", "kernel.inside.guest", *map(str, arguments)]
            result = rig.run(
                rig.environment() + shlex.join(command),
                series=asked.host_kernel,
                timeout_s=asked.timeout,
            )
    except Unavailable as error:
        print(f"no rig: {error}", file=sys.stderr)
        return 1
    print(f"Linux {kernel.release} in Linux {kernel.release}\n\n{result.output}", end="")
    if result.status is None:
        print(result.console, file=sys.stderr)
    return 1 if result.status is None else result.status


if __name__ == "__main__":
    sys.exit(main())
