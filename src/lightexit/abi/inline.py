# SPDX-License-Identifier: Apache-2.0
"""The mark of functions that a filter may call: the compiler expands them in place."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from types import FunctionType
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., object])


def defined(function: object) -> None:
    """A function is new: what was read of its file before (and is kept by `linecache`, where its
    source is looked for) may be that of another."""
    code = getattr(function, "__code__", None)
    if code is None:
        return
    linecache.checkcache(code.co_filename)
    if isinstance(function, FunctionType) and code.co_filename.startswith("<"):
        from lightexit.abi.interactive import keep_source

        keep_source(function)


def inline(function: F) -> F:
    """Mark a function or `Struct` method, written in the filter subset, as callable by filters."""
    defined(function)
    function.__lightexit_inline__ = True  # type: ignore[attr-defined]
    return function


def is_inline(function: object) -> bool:
    """Whether `function` carries the mark."""
    return getattr(function, "__lightexit_inline__", False) is True
