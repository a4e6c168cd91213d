# SPDX-License-Identifier: Apache-2.0
"""The contract as a C header: what C filters and the kernel module include.

`python -m lightexit.abi.header` prints it; `kernel/uapi/lightexit.h` is that text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import IntEnum, IntFlag

from lightexit.abi.attach import Attach, AttachFlag, Command, Statistics
from lightexit.abi.c_filters import MACROS
from lightexit.abi.clock import ClockState
from lightexit.abi.context import (
    ABI_VERSION,
    ApicFlag,
    ApicMode,
    IoContext,
    Request,
    Space,
    Verdict,
)
from lightexit.abi.memory import StateHeader
from lightexit.abi.struct import ArrayType, Field, FieldType, Struct
from lightexit.abi.types import IntType

PREFIX = "lightexit_"
_ENUMS: tuple[type[IntEnum | IntFlag], ...] = (
    Verdict,
    Space,
    ApicMode,
    ApicFlag,
    Request,
    Command,
    AttachFlag,
)
_STRUCTS: tuple[type[Struct], ...] = (
    IoContext,
    StateHeader,
    ClockState,
    Attach,
    Statistics,
)


def snake_case(name: str) -> str:
    """`IoContext` as C writes it: `io_context`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def c_tag(kind: type[Struct]) -> str:
    """The struct tag of a layout in C."""
    return PREFIX + snake_case(kind.__name__)


#: What a bool is in C: 0 or 1, wherever it came from.
_BOOL = IntType("u8", 8)
#: How a type is spelled in C.
Spelling = Callable[[IntType], str]


def linux_type(kind: IntType) -> str:
    """As <linux/types.h> has it: `__u32`."""
    return f"__{'s' if kind.signed else 'u'}{kind.bits}"


def standard_type(kind: IntType) -> str:
    """As <stdint.h> has it: `uint32_t`."""
    return f"{'' if kind.signed else 'u'}int{kind.bits}_t"


def _declarator(field: Field, spelling: Spelling) -> tuple[str, str]:
    """C type and name of a field, with array bounds after the name."""
    bounds, kind = "", field.type
    while isinstance(kind, ArrayType):
        bounds += f"[{kind.length}]"
        kind = kind.element
    return _c_type(kind, spelling), f"{field.name}{bounds}"


def _c_type(kind: FieldType, spelling: Spelling) -> str:
    if isinstance(kind, IntType):
        return spelling(kind)
    if isinstance(kind, type) and issubclass(kind, Struct):
        return f"struct {c_tag(kind)}"
    return spelling(_BOOL)


def nested(kind: type[Struct]) -> list[type[Struct]]:
    """The structs that `kind` holds, innermost first, then `kind`; each once."""
    found: list[type[Struct]] = []
    for field in kind.layout.fields:
        inner = field.type
        while isinstance(inner, ArrayType):
            inner = inner.element
        if isinstance(inner, type) and issubclass(inner, Struct):
            found += [each for each in nested(inner) if each not in found]
    return [*found, kind]


def c_struct(*kinds: type[Struct]) -> str:
    """Structs and all that they hold, each once, as C declarations."""
    every = dict.fromkeys(each for kind in kinds for each in nested(kind))
    return "\n".join(map(c_declaration, every))


def c_declaration(kind: type[Struct], spelling: Spelling = linux_type) -> str:
    """One struct as a C declaration."""
    members = [_declarator(field, spelling) for field in kind.layout.fields]
    body = "".join(f"\t{c_type} {name};\n" for c_type, name in members)
    return f"struct {c_tag(kind)} {{\n{body}}};\n"


def c_enum(kind: type[IntEnum | IntFlag]) -> str:
    """An enumeration as a C declaration."""
    name = PREFIX + snake_case(kind.__name__)
    body = "".join(f"\t{name}_{member.name}".upper() + f" = {member.value},\n" for member in kind)
    return f"enum {name} {{\n{body}}};\n"


#: <linux/types.h> of a BPF target: clang finds no <asm/types.h> for it where a distribution keeps
#: that in a folder for each machine.
_INTEGER_TYPES = """#ifdef __bpf__
typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
#else
#include <linux/types.h>
#endif
"""


def header() -> str:
    """The whole header."""
    parts = [
        "/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */\n"
        "/* Generated from src/lightexit/abi by `make header`; do not edit. */",
        "#ifndef _UAPI_LIGHTEXIT_H\n#define _UAPI_LIGHTEXIT_H\n",
        _INTEGER_TYPES,
        f"#define LIGHTEXIT_ABI_VERSION {ABI_VERSION}\n",
        *(c_enum(kind) for kind in _ENUMS),
        c_struct(*_STRUCTS),
        MACROS,
        "#endif /* _UAPI_LIGHTEXIT_H */\n",
    ]
    return "\n".join(parts)


if __name__ == "__main__":
    print(header(), end="")
