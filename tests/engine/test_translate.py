# SPDX-License-Identifier: Apache-2.0
"""What the native engine tells LLVM about bytecode, and what LLVM makes of that."""

from __future__ import annotations

import re

import pytest

from engine.running import make_context
from lightexit.abi import StateMemory, Struct, u8, u64
from lightexit.engine.native import NativeEngine, llvm
from lightexit.engine.native.target import host_triple
from lightexit.engine.native.translate import translate
from lightexit.isa import assemble

STATE = ".map s 48\n"


class Bytes(Struct):
    low: u8
    high: u8
    rest: u64


def translated(text: str) -> str:
    return translate(assemble(text), host_triple())


def optimised(text: str) -> str:
    """LLVM IR after the engine's passes."""
    module = llvm._parse(translated(text))
    llvm._tidy(module, llvm._target_machine(host_triple()))
    return str(module)


def loads(text: str) -> list[str]:
    """The loads of memory, less those of registers and of maps' addresses."""
    found = re.findall(r"= load (volatile )?i\d+, ptr (%\w+), align 1\b", translated(text))
    return ["volatile" if each[0] else "plain" for each in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("r0 = *(u64 *)(r1 + 8)\nexit", ["plain"]),
        ("r6 = r1\nr6 += 8\nr0 = *(u8 *)(r6 + 0)\nexit", ["plain"]),
        (f"{STATE}r2 = map_value(0) + 16\nr0 = *(u8 *)(r2 + 0)\nexit", ["volatile"]),
        # Not the same place on both paths, another register's value, a place that was counted out.
        (
            "r2 = *(u64 *)(r1 + 0)\nif r2 == 0 goto +1\nr1 += 8\nr0 = *(u64 *)(r1 + 0)\nexit",
            ["plain", "volatile"],
        ),
        ("r2 = 8\nr1 += r2\nr0 = *(u64 *)(r1 + 0)\nexit", ["volatile"]),
        ("*(u64 *)(r10 - 8) = r1\nr1 = *(u64 *)(r10 - 8)\nr0 = *(u64 *)(r1 + 0)\nexit",
         ["plain", "volatile"]),
        # A function may be called with anything, and leaves anything in the first registers.
        ("call f\nexit\nf: r0 = *(u64 *)(r1 + 0)\nexit", ["volatile"]),
        ("r6 = r1\ncall f\nr1 = *(u64 *)(r1 + 0)\nr6 = *(u64 *)(r6 + 0)\nexit\nf: r0 = 0\nexit",
         ["volatile", "plain"]),
    ],
)  # fmt: skip
def test_only_the_context_is_read_as_llvm_likes(text: str, expected: list[str]) -> None:
    assert loads(text) == expected


def test_a_compared_value_is_read_once() -> None:
    text = f"""{STATE}
        r0 = 0
        r2 = map_value(0) + 16
        r3 = *(u8 *)(r2 + 0)
        if r3 > 7 goto out
        r2 += r3
        r0 = *(u8 *)(r2 + 8)
        out: exit"""
    assert len(re.findall(r"load volatile i8", optimised(text))) == 2


def test_stores_to_the_context_stay_as_wide_as_the_host_reads_them() -> None:
    set_a_bit = "r2 = *(u32 *)(r1 + 40)\nr2 |= 1\n*(u32 *)(r1 + 40) = r2\nr0 = 1\nexit"
    assert "store volatile i32" in optimised(set_a_bit)


def test_masks_that_linux_needs_cost_native_code_no_load() -> None:
    masked = f"""{STATE}
        r2 = *(u64 *)(r1 + 8)
        r3 = *(u64 *)(r1 + 0)
        r2 ^= r3
        r2 ^= r3
        r2 &= 7
        r3 = map_value(0) + 16
        r3 += r2
        r0 = *(u8 *)(r3 + 0)
        exit"""
    better = optimised(masked)
    assert " xor " not in better
    assert len(re.findall(r"load i64, ptr %\w+, align 1", better)) == 1  # the index


def test_only_a_pass_is_unlikely() -> None:
    text = """
        r0 = 0
        r2 = *(u64 *)(r1 + 0)
        if r2 != 4 goto out
        r3 = *(u64 *)(r1 + 8)
        if r3 == 5 goto more
        r3 = 6
        more: *(u64 *)(r1 + 8) = r3
        r0 = 1
        out: exit"""
    branches = re.findall(r"br i1 .*", translated(text))
    assert [each.partition("!prof ")[2] for each in branches] == ["!2", ""]


def test_a_loop_is_not_said_to_end_soon() -> None:
    text = "r2 = *(u64 *)(r1 + 0)\nloop: r2 += -1\nif r2 != 0 goto loop\nr0 = 1\nexit"
    assert "!prof" not in translated(text)
    assert "!prof !1" in translated(text.replace("goto loop", "goto +0"))


@pytest.mark.parametrize(("name", "expected"), [("&", 0x30), ("|", 0xF3), ("^", 0xC3)])
def test_part_of_a_byte_is_changed_in_place(name: str, expected: int) -> None:
    text = f"""{STATE}
        r2 = *(u64 *)(r1 + 8)
        r2 <<= 8
        r2 >>= 8
        r1 = *(u8 *)(r1 + 8)
        r3 = map_value(0) + 16
        r4 = *(u8 *)(r3 + 0)
        r4 {name}= {"r2" if name == "&" else "r1"}
        *(u8 *)(r3 + 0) = r4
        r0 = r4
        exit"""
    memory = StateMemory(Bytes)
    memory.state.low, memory.state.high = 0xF0, 0xAA
    context = make_context()
    context.data = 0x1234_5633
    loaded = NativeEngine().load(assemble(text))
    assert loaded.run(context, [memory]) == expected
    assert (memory.state.low, memory.state.high) == (expected, 0xAA)
