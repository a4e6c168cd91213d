# SPDX-License-Identifier: Apache-2.0
"""Programs for the kernel, as assembly: nothing is compiled in emulation."""

from __future__ import annotations

from lightexit.abi import IoContext, Struct, u64
from lightexit.isa import assemble
from lightexit.isa.program import Program


class Cell(Struct):
    """`value` is what reads give; the program passes while `is_off`. `writes` counts."""

    value: u64
    is_off: u64
    writes: u64
    last: u64


def program(text: str) -> Program:
    """Assembly in which {field} is the offset of a field of the context."""
    offsets = {field.name: field.offset for field in IoContext.layout.fields}
    for name, offset in offsets.items():
        text = text.replace("{" + name + "}", str(offset))
    return assemble(text)


CELL = """
    .map cell 48
    r6 = r1
    r7 = map_value(0) + 16
    r2 = *(u64 *)(r7 + 8)
    if r2 != 0 goto pass
"""
PASS = """
    pass:
        r0 = 0
        exit
"""

#: Reads give value plus offset; writes pass.
READER = program(
    f"""{CELL}
    r2 = *(u8 *)(r6 + {{is_write}})
    if r2 != 0 goto pass
    r3 = *(u64 *)(r7 + 0)
    r2 = *(u64 *)(r6 + {{offset}})
    r3 += r2
    *(u64 *)(r6 + {{data}}) = r3
    r0 = 1
    exit
    {PASS}"""
)

#: Reads give value and count it up; writes are counted and kept. Both change state.
WRITER = program(
    f"""{CELL}
    r2 = *(u8 *)(r6 + {{is_write}})
    if r2 != 0 goto write
    r3 = *(u64 *)(r7 + 0)
    *(u64 *)(r6 + {{data}}) = r3
    r3 += 1
    *(u64 *)(r7 + 0) = r3
    r0 = 1
    exit
    write:
        r3 = *(u64 *)(r7 + 16)
        r3 += 1
        *(u64 *)(r7 + 16) = r3
        r2 = *(u64 *)(r6 + {{data}})
        *(u64 *)(r7 + 24) = r2
        r0 = 1
        exit
    {PASS}"""
)

#: Reads give VM time; writes pass.
TIMER = program(
    """
    r2 = *(u8 *)(r1 + {is_write})
    if r2 != 0 goto pass
    r2 = *(u64 *)(r1 + {now_ns})
    *(u64 *)(r1 + {data}) = r2
    r0 = 1
    exit
    """
    + PASS
)

#: A write rings the doorbells whose bits it has; reads pass.
BELL = program(
    """
    r2 = *(u8 *)(r1 + {is_write})
    if r2 == 0 goto pass
    r2 = *(u64 *)(r1 + {data})
    *(u32 *)(r1 + {doorbells}) = r2
    r0 = 1
    exit
    """
    + PASS
)

#: A write raises an interrupt line, which the module cannot.
LINE = program(
    """
    r2 = 1
    *(u32 *)(r1 + {raised_lines}) = r2
    r0 = 1
    exit
    """
)

#: Asks for a doorbell, and passes.
MUTE = program(
    """
    r2 = 1
    *(u32 *)(r1 + {doorbells}) = r2
    r0 = 0
    exit
    """
)
