# SPDX-License-Identifier: Apache-2.0
"""NAME.bpf.o: a filter's bytecode as an eBPF object (ELF)."""

from __future__ import annotations

from dataclasses import replace

from lightexit.abi import STATE_OFFSET
from lightexit.build.subject import Subject
from lightexit.isa import write_elf


def bpf_object(subject: Subject) -> bytes:
    """The object; its program is called as the filter is in C."""
    program = replace(subject.program, name=subject.symbol)
    return write_elf(program, value_offset=STATE_OFFSET)
