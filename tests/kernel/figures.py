# SPDX-License-Identifier: Apache-2.0
"""Instructions per device access of a nested guest, filters in the kernel and KVM's own devices.

python -m kernel.figures [--host-kernel 6.12]     (in tests/)

QEMU's clock counts executed instructions here (-icount shift=0: one a nanosecond), of kernel, user
space and guest together. These are counts: emulation does not show hardware's time.
"""

from __future__ import annotations

import argparse
import sys

from kernel import rig

#: One instruction is 1 ns of the emulated clock, and idle time is skipped.
COUNTING = ("-icount", "shift=0,sleep=off")


def main() -> int:
    """Boot, count, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--host-kernel", default="6.1", help="its series: 6.1, 6.12, newest")
    parser.add_argument("--timeout", type=float, default=540, help="seconds")
    asked = parser.parse_args()
    command = f"{rig.environment()}{sys.executable} -m kernel.inside.count --unit instructions"
    result = rig.run(command, series=asked.host_kernel, timeout_s=asked.timeout, extra=COUNTING)
    print(result.output, end="")
    if result.status != 0:
        print(f"--- console ---\n{result.console}", file=sys.stderr)
        return result.status or 1
    return 0


if __name__ == "__main__":
    sys.exit(rig.exit_status(main))
