# SPDX-License-Identifier: Apache-2.0
"""Compiled programs in the cache: found again without LLVM, if nothing they depend on changed."""

from __future__ import annotations

import json

from lightexit.cache import content_key
from lightexit.compiler.caching.version import VERSION
from lightexit.compiler.typed.tree import TypedFilter
from lightexit.isa.program import Program

KIND = "bytecode"


def key_of(filter_tree: TypedFilter) -> str:
    """What a filter's bytecode depends on: the typed tree, and the compiler's version."""
    return content_key(repr(filter_tree), VERSION)


def pack(program: Program) -> bytes:
    """A program as bytes."""
    return json.dumps(program.to_plain()).encode()


def unpack(data: bytes) -> Program:
    """The program that `pack` made bytes of; the text of its lines is read anew."""
    return Program.from_plain(json.loads(data))
