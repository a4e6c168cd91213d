# SPDX-License-Identifier: Apache-2.0
"""The prototype of kernel/upstream, built for the rig's kernel if it is one for it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from kernel import rig
from kernel.kernels import Kernel

#: What the rig's share has of it.
FILE, MODULE, PROGRAM = "upstream", "kvm_io_filter.ko", "port92.bpf.o"
TYPE = "kvm_io_filter_ops"
_OLDEST = (7, 3)
_SOURCE = rig.MODULE_SOURCE / "upstream/port92.bpf.c"
_CLANG = ("clang", "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-target", "bpf")


@dataclass(frozen=True)
class Prototype:
    """What the rig is told: why there is no module, if so, and the command of a bpftool that knows
    types of modules, if there is one.
    """

    reason: str = ""
    bpftool: tuple[str, ...] = ()


def files(kernel: Kernel) -> dict[str, str | bytes]:
    """All of it for that kernel: module, a filter in C if this machine compiles it, and `told`."""
    if reason := _missing(kernel):
        return {FILE: json.dumps(asdict(Prototype(reason)))}
    found = Prototype(bpftool=tuple(kernel.tool("usr/sbin/bpftool")))
    text = json.dumps(asdict(found))
    return {FILE: text, MODULE: rig.build_prototype(kernel), **_program()}


def told(folder: Path) -> Prototype:
    """What `files` said in the share."""
    return Prototype(**json.loads((folder / FILE).read_text()))


def _missing(kernel: Kernel) -> str:
    release = tuple(int(number) for number in re.findall(r"\d+", kernel.release)[:2])
    if release < _OLDEST:
        return f"the prototype is for Linux 7.3 and later, and this is {kernel.release}"
    if not (kernel.headers / "vmlinux").exists():
        return f"the headers of {kernel.release} have no BTF of the kernel"
    return ""


def _program() -> dict[str, bytes]:
    if shutil.which("clang") is None:
        return {}
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / PROGRAM
        options = (f"-I{rig.MODULE_SOURCE}", "-c", str(_SOURCE), "-o", str(out))
        subprocess.run([*_CLANG, *options], check=True)
        return {PROGRAM: out.read_bytes()}
