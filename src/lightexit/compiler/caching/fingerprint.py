# SPDX-License-Identifier: Apache-2.0
"""What a filter's program depends on, as one digest, found without compiling anything.

The front end learns of a filter from two sources: the text of functions, and the objects that
names in them stand for. `fingerprint` visits the same: the filter, what its names stand for,
and so on through every `@inline` function and every struct. Whatever the front end could see a
difference in makes another digest. Where that cannot be told of an object there is no digest,
and the filter is compiled: no entry of the cache can be stale.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import Enum, EnumType, Flag
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from lightexit.abi import ArrayType, IntType, Struct, is_inline
from lightexit.cache import Cache, content_key
from lightexit.compiler.caching.named import NamesUsed, digest_of
from lightexit.compiler.source.text import OWNERS, lookup
from lightexit.isa.program import MOST_RODATA


class _Unknown(Exception):  # noqa: N818 - an answer, not an error
    """Something is named whose meaning has no digest."""


def fingerprint(function: Callable[..., Any], cache: Cache) -> str | None:
    """The digest; None where something stands in the way. `cache` keeps what parsing found."""
    if not isinstance(function, FunctionType):
        return None
    named = NamesUsed(function.__code__, cache)
    walk = _Walk(named)
    try:
        walk.filter(function)
    except (_Unknown, RecursionError):
        return None
    named.keep()
    return content_key(json.dumps(walk.facts))


class _Walk:
    """Gathers facts, in an order that is the same in every process."""

    def __init__(self, named: NamesUsed) -> None:
        self.facts: list[str] = []
        self._names = named
        self._visited: dict[int, tuple[int, object]] = {}
        self._files: set[str] = set()

    def filter(self, function: FunctionType) -> None:
        """Where it all starts."""
        self._place(function)
        self._body(function)

    def visit(self, value: object) -> None:
        """State all that the front end could learn of an object."""
        kind = type(value)
        self.facts.append(kind.__name__)
        if kind in _PLAIN:
            self.facts.append(_plain(value))
        elif id(value) in self._visited:
            self.facts.append(str(self._visited[id(value)][0]))
        else:
            self._visited[id(value)] = len(self._visited), value
            self._first_visit(value)

    def _first_visit(self, value: object) -> None:
        if type(value) is tuple or type(value) is bytes:
            self._constants(value)
            return
        for kinds, visit in _VISITS:
            if isinstance(value, kinds):
                visit(self, value)
                return
        raise _Unknown

    def _int_type(self, value: IntType) -> None:
        self.facts += (value.name, str(value.bits), str(value.signed))

    def _module(self, value: ModuleType) -> None:
        self.facts.append(value.__name__)

    def _builtin(self, value: BuiltinFunctionType) -> None:
        self.facts += (str(value.__module__), value.__qualname__)

    def _member(self, value: Enum) -> None:
        self.facts.append(str(value.name))
        self.visit(type(value))
        self.visit(value.value)

    def _enum(self, value: EnumType) -> None:
        self.facts += (value.__module__, value.__qualname__)
        if issubclass(value, Flag):
            # What `~` and `|` make of one member depends on all.
            self.facts.append(str(getattr(value, "_boundary_", None)))
            self._named({name: each.value for name, each in value.__members__.items()})
        if any(map(_has_operators, value.__mro__)):
            raise _Unknown

    def _class(self, value: type) -> None:
        self.facts += (value.__module__, value.__qualname__)

    def _struct(self, value: type[Struct]) -> None:
        self._class(value)
        if value.__module__.startswith("lightexit.abi."):
            return  # part of lightexit's own version
        self.facts.append(str(len(value.layout.fields)))
        for field in value.layout.fields:
            self.facts += (field.name, str(field.offset))
            self.visit(field.type)
        for base in value.__mro__:
            if base not in Struct.__mro__:
                self._named({n: each for n, each in vars(base).items() if is_inline(each)})

    def _constants(self, value: tuple[object, ...] | bytes) -> None:
        self.facts.append(str(len(value)))
        if len(value) > MOST_RODATA:
            raise _Unknown  # and the front end refuses it
        if isinstance(value, bytes):
            self.facts.append(value.hex())
        elif all(type(each) is int for each in value):
            self.facts.append(content_key(*map(_plain, value)))
        else:
            for each in value:
                self.visit(each)

    def _array(self, value: ArrayType) -> None:
        self.facts.append(str(value.length))
        self.visit(value.element)

    def _function(self, function: FunctionType) -> None:
        self._place(function)
        if is_inline(function):
            self._body(function)

    def _place(self, function: FunctionType) -> None:
        code = function.__code__
        self.facts += (code.co_filename, str(code.co_firstlineno), code.co_name)
        self.facts.append(str(function.__module__))  # the contract's own are shown by their calls

    def _body(self, function: FunctionType) -> None:
        code = function.__code__
        names = self._names.of(code)
        if names is None or not vars(function).keys() <= _ATTRIBUTES:
            raise _Unknown
        if code.co_filename not in self._files:
            self._files.add(code.co_filename)
            self.facts.append(digest_of(code.co_filename))
        self._named(dict(enumerate(function.__defaults__ or ())))
        self._named(function.__kwdefaults__ or {})
        for name in names:
            self._name(function, name)

    def _named(self, values: dict[Any, object]) -> None:
        self.facts.append(str(len(values)))
        for name, value in values.items():
            self.facts.append(str(name))
            self.visit(value)

    def _name(self, function: FunctionType, name: str) -> None:
        """A dotted name, as far as the front end follows it."""
        self.facts.append(name)
        first, *attributes = name.split(".")
        try:
            value = lookup(function, first)
        except LookupError:
            return  # and the front end refuses it, unless it is in a branch that is ruled out
        self.visit(value)
        for attribute in attributes:
            if not isinstance(value, OWNERS):
                return
            try:
                value = getattr(value, attribute)
            except AttributeError:
                return
            self.visit(value)


#: What `inline` sets. Others, as `__wrapped__` and `__signature__`, make a function another.
_ATTRIBUTES = {"__lightexit_inline__"}

#: Types whose repr determines the value.
_PLAIN = {int, bool, str, type(None)}

#: The first matching type decides.
_VISITS: list[tuple[Any, Callable[[_Walk, Any], None]]] = [
    (Enum, _Walk._member),
    (IntType, _Walk._int_type),
    (ArrayType, _Walk._array),
    (FunctionType, _Walk._function),
    (BuiltinFunctionType, _Walk._builtin),
    (ModuleType, _Walk._module),
    (EnumType, _Walk._enum),
    (type(Struct), _Walk._struct),
    (type, _Walk._class),
]


#: Modules of enums' bases whose operators are Python's own.
_UNDERSTOOD = {"builtins", "enum"}

#: Special methods that no operator calls.
_NO_OPERATORS = {"__doc__", "__format__", "__init__", "__new__", "__repr__", "__str__"}


def _has_operators(enum: type) -> bool:
    """Whether it says for itself what an operator makes of its members: that may be anything."""
    return enum.__module__ not in _UNDERSTOOD and any(
        name.startswith("__")
        and name not in _NO_OPERATORS
        and hasattr(value, "__get__")
        and getattr(value, "__module__", None) != "enum"
        for name, value in vars(enum).items()
    )


def _plain(value: Any) -> str:
    # Python refuses to write numbers of thousands of digits in decimal.
    return f"{value:x}" if isinstance(value, int) else repr(value)
