# SPDX-License-Identifier: Apache-2.0
"""The BPF programs as bytecode: made of LLVM IR once, and kept in the cache."""

from __future__ import annotations

import json
from dataclasses import replace

from lightexit.cache import Cache, content_key
from lightexit.compiler.caching.version import VERSION
from lightexit.isa import PSEUDO_MAP_IDX, PSEUDO_MAP_IDX_VALUE, Program, decode, encode

#: The kind of entry in the cache.
_KIND = "probes"
SOURCES = ("accesses", "interrupts")
#: The one map whose value C names; of the others it names the map.
_VALUE = "config"
#: What clang was not told, as the runtime's IR is for any machine.
_TARGET = (
    'target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"\ntarget triple = "bpfel"\n'
)


def programs() -> list[Program]:
    """One program for each tracepoint, which it has the name of."""
    from importlib import resources  # brings much along that no import of ours needs

    folder = resources.files("lightexit.trace.probes")
    texts = [folder.joinpath(f"{name}.ll").read_text("utf-8") for name in SOURCES]
    cache, key = Cache(), content_key(VERSION, *texts)
    if kept := cache.get(_KIND, key):
        return [Program.from_plain(each) for each in json.loads(kept)]
    made = [program for text in texts for program in _made(text)]
    cache.put(_KIND, key, json.dumps([each.to_plain() for each in made]).encode())
    return made


def _made(text: str) -> list[Program]:
    from lightexit.compiler.backend.llvm import emit_object  # loads LLVM
    from lightexit.isa.elf import read_object
    from lightexit.isa.linker import link_object

    linked = link_object(read_object(emit_object(_TARGET + text), "probes"), value_offset=0)
    return [_naming_maps(each) for each in linked]


def _naming_maps(program: Program) -> Program:
    """With addresses of maps where the linker, which knows states only, has those of values."""
    names = [each.name for each in program.maps]
    code = [
        replace(each, src=PSEUDO_MAP_IDX)
        if each.src == PSEUDO_MAP_IDX_VALUE and each.wide and names[each.imm] != _VALUE
        else each
        for each in decode(program)
    ]
    return replace(program, code=encode(code))
