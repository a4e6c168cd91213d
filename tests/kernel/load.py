# SPDX-License-Identifier: Apache-2.0
"""Load modules, each from a file, in turn, and print what the kernel says to each: as JSON.

python -m kernel.load FILE ...     (in tests/, in the rig)
"""

from __future__ import annotations

import ctypes
import errno
import json
import sys
from pathlib import Path

_FINIT_MODULE = 313  # x86-64


def load(file: Path) -> str:
    """Empty where it is loaded, or the name of an errno."""
    libc = ctypes.CDLL(None, use_errno=True)
    with file.open("rb") as opened:
        failed = libc.syscall(_FINIT_MODULE, opened.fileno(), b"", 0)
    return errno.errorcode[ctypes.get_errno()] if failed else ""


if __name__ == "__main__":
    print(json.dumps({Path(name).stem: load(Path(name)) for name in sys.argv[1:]}))
