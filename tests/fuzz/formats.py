# SPDX-License-Identifier: Apache-2.0
"""All formats that are fuzzed, by name."""

from __future__ import annotations

from fuzz import (
    assembler,
    btf,
    bzimage,
    elf,
    executable,
    golden_trace,
    multiboot,
    multiboot2,
    realmode,
    saved,
    saved_machine,
)

FORMATS = {
    "elf": elf.FORMAT,
    "btf": btf.FORMAT,
    "assembler": assembler.FORMAT,
    "bzimage": bzimage.FORMAT,
    "realmode": realmode.FORMAT,
    "multiboot": multiboot.FORMAT,
    "multiboot2": multiboot2.FORMAT,
    "executable": executable.FORMAT,
    "saved": saved.FORMAT,
    "machine": saved_machine.MACHINES,
    "vcpu": saved_machine.CPUS,
    "trace": golden_trace.FORMAT,
}
