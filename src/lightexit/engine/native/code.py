# SPDX-License-Identifier: Apache-2.0
"""From textual LLVM IR to code in memory, through the cache: one path, cold and warm."""

from __future__ import annotations

from collections.abc import Callable

from lightexit.cache import Cache, content_key
from lightexit.engine.native.image import Image
from lightexit.engine.native.mapping import Mapping
from lightexit.engine.native.target import host_triple
from lightexit.errors import InternalError

#: Part of every cache key: to be raised whenever the same input comes to mean other code, be it
#: by a change here or by another release of LLVM.
ENGINE_VERSION = 8
_KIND = "native"


class NativeCode:
    """Machine code in memory; its addresses are good for as long as this object lives."""

    def __init__(self, image: Image) -> None:
        self._symbols = image.symbols
        self._mapping = Mapping(image.text)

    def address(self, symbol: str) -> int:
        """Where the function `symbol` starts."""
        if symbol not in self._symbols:
            raise InternalError(f"machine code without the function {symbol}")
        return self._mapping.address + self._symbols[symbol]


def compile_ir(text: str, cache: Cache | None = None) -> NativeCode:
    """Machine code of every non-internal function defined in `text`, LLVM IR.

    Functions may call each other. They may not need constants in memory, functions from
    elsewhere or jump tables: give a function with a `switch` the attributes
    `"no-jump-tables"="true" "no-builtins" noimplicitfloat`. Raises InternalError for such
    needs and for invalid IR, HostError where this machine cannot run native code.
    """
    return load_code(("ir", text), lambda triple: _compile_ir(text, triple), cache)


def load_code(
    source: tuple[str | bytes, ...], compile: Callable[[str], Image], cache: Cache | None = None
) -> NativeCode:
    """The code made from `source`: from the cache, else by `compile(target triple)` and kept."""
    cache = cache or Cache()
    triple = host_triple()
    key = content_key(str(ENGINE_VERSION), triple, *source)
    stored = cache.get(_KIND, key)
    if stored is None:
        stored = compile(triple).to_bytes()
        cache.put(_KIND, key, stored)
    return NativeCode(Image.from_bytes(stored))


def _compile_ir(text: str, triple: str) -> Image:
    from lightexit.engine.native.elf import extract
    from lightexit.engine.native.llvm import compile_object

    return extract(compile_object(text, triple))
