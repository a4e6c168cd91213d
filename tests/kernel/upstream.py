# SPDX-License-Identifier: Apache-2.0
"""The prototype of kernel/upstream, built for the rig's kernel if it is one for it."""

from __future__ import annotations

import re

from kernel import rig
from kernel.kernels import Kernel

#: What the rig is told in: where the module is, or why there is none.
FILE = "upstream"
TYPE = "kvm_io_filter_ops"
_OLDEST = (7, 3)


def build(kernel: Kernel) -> str:
    """Where the module is; it begins with no slash where it says why there is none."""
    release = tuple(int(number) for number in re.findall(r"\d+", kernel.release)[:2])
    if release < _OLDEST:
        return f"the prototype is for Linux 7.3 and later, and this is {kernel.release}"
    if not (kernel.headers / "vmlinux").exists():
        return f"the headers of {kernel.release} have no BTF of the kernel"
    return str(rig.build_prototype(kernel))
