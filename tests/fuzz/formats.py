# SPDX-License-Identifier: Apache-2.0
"""All formats that are fuzzed, by name."""

from __future__ import annotations

from fuzz import assembler, btf, bzimage, elf, golden_trace, multiboot, saved

FORMATS = {
    "elf": elf.FORMAT,
    "btf": btf.FORMAT,
    "assembler": assembler.FORMAT,
    "bzimage": bzimage.FORMAT,
    "multiboot": multiboot.FORMAT,
    "saved": saved.FORMAT,
    "trace": golden_trace.FORMAT,
}
