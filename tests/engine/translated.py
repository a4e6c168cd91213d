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
#: s>>= 63, which leaves all ones or none, of a register that programs do not have (r11, and r12 on
#: newer kernels): in the sequence that the verifier puts before an addition to an address.
_SHIFT, _LAST_REGISTER = (0xC7, 0, 63), 10
#: The first release that masks nothing where its command line says mitigations=off.
_OBEYS_MITIGATIONS = [6, 7]
#: Filters of the library that index with what a guest says, or their state.
INDEXING = (
    "fw_cfg.read_data",
    "i440fx.access_configuration",
    "ioapic.access_redirections",
    "local_apic_state.end_of_interrupt",
    "local_apic_state.access_priorities",
    "local_apic_state.read_requests",
    "local_apic_state.command_itself",
    "local_apic_state.interrupt_itself",
    "pic.read_mask_or_end",
    "pit.read_or_latch",
    "rtc.access_cmos",
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
    bpf.call(_OBJ_GET_INFO_BY_FD, attributes)
    return buffer.raw


def masks(program: Program, *, masked: bool = True) -> int:
    """How many additions to addresses the kernel masks once it has loaded the program."""
    loaded = KernelEngine(masked).load(program)
    (descriptor,) = loaded._bound.values()
    return masks_in(descriptor)


def masks_in(program: Descriptor) -> int:
    """The same of a program that is loaded."""
    code = struct.iter_unpack("<BBhi", translated(program))
    return sum(
        (operation, offset, number) == _SHIFT and register > _LAST_REGISTER
        for operation, register, offset, number in code
    )


def unprotected() -> str:
    """Why this kernel masks nothing, whoever loads; empty if it does."""
    told = [word for word in Path("/proc/cmdline").read_text().split() if "mitigations=" in word]
    release = [int(number) for number in re.findall(r"\d+", platform.release())[:2]]
    if told[-1:] == ["mitigations=off"] and release >= _OBEYS_MITIGATIONS:
        return f"the kernel was started with {told[-1]}"
    return ""
