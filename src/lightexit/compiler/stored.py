# SPDX-License-Identifier: Apache-2.0
"""Compiled programs in the cache: found again without LLVM, if nothing they depend on changed."""

from __future__ import annotations

import functools
import importlib.util
import json
from pathlib import Path

from lightexit.cache import content_key
from lightexit.compiler.source import locate
from lightexit.compiler.tree import Filter, Span
from lightexit.isa.program import Line, Map, Program

KIND = "bytecode"


def key_of(filter_tree: Filter) -> str:
    """What a filter's bytecode depends on: the tree, this compiler, and LLVM."""
    return content_key(repr(filter_tree), _compiler())


@functools.cache
def _compiler() -> str:
    """A digest of all code between tree and bytecode, and of llvmlite's version."""
    here = Path(__file__).parent
    sources = [*sorted(here.glob("*.py")), *sorted((here.parent / "isa").glob("*.py"))]
    return content_key(*(path.read_bytes() for path in sources), _llvmlite_version())


def _llvmlite_version() -> bytes:
    """Read, not asked for: importing llvmlite takes longer than all else of a warm start."""
    spec = importlib.util.find_spec("llvmlite")
    places = spec.submodule_search_locations if spec else None
    version = Path(places[0]) / "_version.py" if places else None
    return version.read_bytes() if version and version.exists() else b""


def pack(program: Program) -> bytes:
    """A program as bytes."""
    lines = [
        (line.slot, where.file, where.line, where.column, where.end_column)
        for line in program.lines
        for where in (line.where,)
    ]
    maps = [(each.name, each.size) for each in program.maps]
    return json.dumps([program.name, program.code.hex(), maps, lines]).encode()


def unpack(data: bytes) -> Program:
    """The program that `pack` made bytes of; the text of its lines is read anew."""
    name, code, maps, lines = json.loads(data)
    return Program(
        name,
        bytes.fromhex(code),
        tuple(Map(*each) for each in maps),
        tuple(Line(slot, locate(Span(*span))) for slot, *span in lines),
    )
