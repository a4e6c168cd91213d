# SPDX-License-Identifier: Apache-2.0
"""What the kernel's verifier has made of a program, and the masks that it has put there."""

from __future__ import annotations

import ctypes
import platform
import re
import struct
from pathlib import Path

from lightexit.engine.kernel import KernelEngine, bpf
from lightexit.engine.kernel.bpf import Descriptor
from lightexit.isa import Program

_OBJ_GET_INFO_BY_FD = 15
_INFO_SIZE = 256
#: Of struct bpf_prog_info: xlated_prog_len, after the length of the JIT's code; xlated_prog_insns.
_LENGTH, _INSTRUCTIONS = 20, 32
#: r11 s>>= 63, all ones or none: the kernel's own register, in the sequence that fixup_bpf_calls
#: and do_misc_fixups of kernel/bpf/verifier.c put before an addition to an address.
_MASK = struct.pack("<BBhi", 0xC7, 11, 0, 63)

#: The first release that masks nothing where its command line says mitigations=off.
_OBEYS_MITIGATIONS = [6, 7]
#: Filters of the library that index with what a guest says, or their state.
INDEXING = (
    "fw_cfg.read_data",
    "i440fx.access",
    "ioapic.fast",
    "pic.fast",
    "pit.fast",
    "rtc.access",
    "virtio_mmio.notify",
)


def translated(program: Descriptor) -> bytes:
    """The instructions as the verifier has left them. Raises Refused."""
    length = int(struct.unpack_from("<I", _info(program, bytearray(_INFO_SIZE)), _LENGTH)[0])
    code = ctypes.create_string_buffer(length)
    info = bytearray(_INFO_SIZE)
    struct.pack_into("<I", info, _LENGTH, length)
    struct.pack_into("<Q", info, _INSTRUCTIONS, ctypes.addressof(code))
    _info(program, info)
    return code.raw


def _info(program: Descriptor, info: bytearray) -> bytes:
    buffer = ctypes.create_string_buffer(bytes(info), len(info))
    attributes = struct.pack("<IIQ", program.number, len(info), ctypes.addressof(buffer))
    bpf._bpf(_OBJ_GET_INFO_BY_FD, attributes)
    return buffer.raw


def masks(program: Program, *, masked: bool = True) -> int:
    """How many additions to addresses the kernel masks once it has loaded the program."""
    loaded = KernelEngine(masked).load(program)
    (descriptor,) = loaded._bound.values()
    code = translated(descriptor)
    return [code[at : at + 8] for at in range(0, len(code), 8)].count(_MASK)


def unprotected() -> str:
    """Why this kernel masks nothing, whoever loads; empty if it does."""
    told = [word for word in Path("/proc/cmdline").read_text().split() if "mitigations=" in word]
    release = [int(number) for number in re.findall(r"\d+", platform.release())[:2]]
    if told[-1:] == ["mitigations=off"] and release >= _OBEYS_MITIGATIONS:
        return f"the kernel was started with {told[-1]}"
    return ""
