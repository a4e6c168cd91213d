# SPDX-License-Identifier: Apache-2.0
"""From a typed Python function to eBPF: `source`, `syntax`, `typed`, `lowering`, `backend`.

The language is Python's own, on whole numbers: a compiled filter does what CPython does with
the same source, or it does not compile. Two things only differ in form. What CPython raises at
run time (an index out of range, a division by zero) is a *fault*, and a fault is PASS. And
integers have 64 bits at run time, so a value that may not fit where its true size matters is
an error that asks for `u64(...)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lightexit.cache import Cache
from lightexit.isa.program import Program

if TYPE_CHECKING:
    from lightexit.compiler.lowering.emit import Marked
    from lightexit.compiler.typed.tree import TypedFilter

__all__ = ["compile_filter"]


def compile_filter(function: Callable[..., Any], cache: Cache | None = None) -> Program:
    """A filter's bytecode, from the cache where it is there.

    Raises AuthorError, with the place and a way out, for what is outside the language.
    """
    from lightexit.compiler.caching.stored import KIND, key_of, pack, unpack
    from lightexit.compiler.syntax.infer import infer_filter
    from lightexit.compiler.typed.check import check

    typed = infer_filter(function)
    cache = cache if cache is not None else Cache()
    key = key_of(typed)
    stored = cache.get(KIND, key)
    if stored is not None:
        return unpack(stored)
    program = generate(check(typed))
    cache.put(KIND, key, pack(program))
    return program


def generate(typed: TypedFilter, marked: Marked | None = None) -> Program:
    """Bytecode of a typed tree, by LLVM; a `marked` fault gives a verdict of its own."""
    from lightexit.compiler.backend.link import link
    from lightexit.compiler.backend.llvm import emit_object
    from lightexit.compiler.lowering.lower import lower

    lowered = lower(typed, marked)
    return link(typed, lowered.spans, emit_object(lowered.text))
