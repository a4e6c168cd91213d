# SPDX-License-Identifier: Apache-2.0
"""A state's structs in C: once, whoever declares them first; held to the layout; with defaults."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lightexit.abi import Array, IntType, Struct, fingerprint
from lightexit.abi.header import c_declaration, c_tag, standard_type
from lightexit.abi.struct import ArrayType, FieldType

_ASSERT = """
#ifndef LIGHTEXIT_STATIC_ASSERT
#ifdef __cplusplus
#define LIGHTEXIT_STATIC_ASSERT(fact) static_assert(fact, #fact)
#else
#define LIGHTEXIT_STATIC_ASSERT(fact) _Static_assert(fact, #fact)
#endif
#endif
"""


def declarations(kinds: Iterable[type[Struct]]) -> str:
    """All of them; what one holds goes before it."""
    text = "".join(map(_declared, kinds))
    return _ASSERT + text if text else ""


def _declared(kind: type[Struct]) -> str:
    """A struct, unless another header has declared it."""
    tag = c_tag(kind)
    guard, number = f"{tag}_LAYOUT".upper(), f"{fingerprint(kind):#018x}ull"
    facts = "".join(f"LIGHTEXIT_STATIC_ASSERT({fact});\n" for fact in _facts(kind))
    return (
        f"\n#ifndef {guard}\n#define {guard} {number}\n"
        f"{c_declaration(kind, standard_type)}{facts}"
        f"#define {tag.upper()}_DEFAULTS {_struct(kind())}\n"
        f"#elif {guard} != {number}\n"
        f'#error "two different structs are called {tag}"\n#endif\n'
    )


def _facts(kind: type[Struct]) -> Iterator[str]:
    tag = f"struct {c_tag(kind)}"
    yield f"sizeof({tag}) == {kind.layout.size}"
    for field in kind.layout.fields:
        yield f"__builtin_offsetof({tag}, {field.name}) == {field.offset}"


def _struct(value: Struct) -> str:
    """Its initializer. All members stand there: C++ warns of those that do not."""
    members = (
        f".{field.name} = {_initializer(field.type, getattr(value, field.name))}"
        for field in value.layout.fields
    )
    return f"{{ {', '.join(members)} }}"


def _initializer(kind: FieldType, value: Any) -> str:
    if isinstance(kind, ArrayType):
        return _array(kind, value)
    if isinstance(kind, IntType):
        return _integer(kind, value)
    return _struct(value) if isinstance(value, Struct) else str(int(value))


def _array(kind: ArrayType, value: Array[Any]) -> str:
    """Zeros behind its last element that is not zero may be left out, and are."""
    count = len(value.buffer.tobytes().rstrip(b"\0"))
    size = len(value.buffer) // kind.length
    shown = max(-(-count // size), 1)
    elements = (_initializer(kind.element, value[index]) for index in range(shown))
    return f"{{ {', '.join(elements)} }}"


def _integer(kind: IntType, value: int) -> str:
    ending = ("" if kind.signed else "u") + ("ll" if kind.bits == 64 else "")
    if value == kind.minimum < 0:  # C has no such number, but a sum
        return f"({value + 1}{ending} - 1)"
    return f"{value}{ending}"
