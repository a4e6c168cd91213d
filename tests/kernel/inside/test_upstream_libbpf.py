# SPDX-License-Identifier: Apache-2.0
"""A filter in C as libbpf loads it, by bpftool, on the prototype for KVM."""

from __future__ import annotations

import ctypes
import os
import struct
import subprocess
from pathlib import Path

import pytest

from kernel.inside.machine import HLT, Access, Machine, keep, port_in, port_out
from kernel.inside.struct_ops import SHARE, Range, answering, load_module
from kernel.upstream import PROGRAM, told
from lightexit.engine.kernel import bpf
from lightexit.engine.kernel.bpf import Descriptor

PINNED = Path("/sys/fs/bpf")
KEPT = 0x3000
_OBJ_GET, _MAP_BY_ID, _INFO = 7, 14, 15


def mount_bpf() -> None:
    if not PINNED.is_mount():
        assert ctypes.CDLL(None).mount(b"bpf", os.fsencode(PINNED), b"bpf", 0, None) == 0


def map_of_link(path: Path) -> Descriptor:
    """The struct_ops map that a pinned link registers."""
    name = ctypes.create_string_buffer(os.fsencode(path))
    link = Descriptor(bpf.call(_OBJ_GET, struct.pack("<QII", ctypes.addressof(name), 0, 0)))
    info = ctypes.create_string_buffer(64)
    bpf.call(_INFO, struct.pack("<IIQ", link.number, len(info), ctypes.addressof(info)))
    (number,) = struct.unpack_from("<I", info.raw, 16)
    return Descriptor(bpf.call(_MAP_BY_ID, struct.pack("<III", number, 0, 0)))


def test_what_bpftool_registers_answers(machine: Machine) -> None:
    """bpftool 7.8 registers it, then crashes as it prints a type that no kernel has built in."""
    load_module()
    program, bpftool = SHARE / PROGRAM, told(SHARE).bpftool
    if not program.exists() or not bpftool:
        pytest.skip("no clang, or no bpftool beside the rig's kernel (fetch that anew)")
    mount_bpf()
    command = [*bpftool, "struct_ops", "register", str(program), str(PINNED)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    link = PINNED / "filter"
    assert link.exists(), done.stderr + done.stdout
    filter = map_of_link(link)
    vcpu = machine.load(port_in(0x92, 1) + keep(KEPT) + port_out(0x92, 1, 3) + HLT)
    with answering(machine.vm.fd, Range(filter.number, 0x92, length=1)) as device:
        assert machine.run(vcpu, lambda access: 0) == [Access(0x92, 1, True, 3)]
        assert device.counts() == (1, 1)
    assert machine.memory.ram[KEPT] == 2
    link.unlink()
