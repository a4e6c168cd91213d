# SPDX-License-Identifier: Apache-2.0
"""LLVM, kept from ending the process."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from compiler.authoring import compiled, with_body
from lightexit.compiler.backend import llvm as backend
from lightexit.errors import InternalError
from lightexit.isa import disassemble

_DEADLY = """
target triple = "bpfel"
declare {i64, i1} @llvm.umul.with.overflow.i64(i64, i64)
define i64 @filter(i64 %a, i64 %b) section "filters" {
  %r = call {i64, i1} @llvm.umul.with.overflow.i64(i64 %a, i64 %b)
  %v = extractvalue {i64, i1} %r, 1
  %w = zext i1 %v to i64
  ret i64 %w
}
"""

#: Bodies that LLVM would make 128-bit arithmetic, calls or tables of, given the chance.
DEADLY_IDIOMS = {
    "overflow by division": "p = u64(s.base * ctx.data)\n"
    "if s.base != 0 and p // s.base != ctx.data:\n    return Verdict.PASS",
    "overflow by maximum": "if s.base != 0 and ctx.data > (2**64 - 1) // s.base:\n"
    "    return Verdict.PASS",
    "overflow of a constant": "if u64(s.base * 10) // 10 != s.base:\n    return Verdict.PASS",
    "sum": "x = 0\nfor i in range(u32(ctx.data)):\n    x = u64(x + i)\ns.base = x",
    "sum of squares": "x = 0\nfor i in range(ctx.size):\n    x = u64(x + i * i * i)\ns.base = x",
    "gauss": "n = u32(ctx.data)\ns.base = n * (n + 1) // 2",
    "high product": "a, b = ctx.data, s.base\n"
    "low = (a & 0xffffffff) * (b & 0xffffffff)\n"
    "middle = u64((a >> 32) * (b & 0xffffffff) + (low >> 32))\n"
    "cross = u64((a & 0xffffffff) * (b >> 32) + (middle & 0xffffffff))\n"
    "s.base = u64((a >> 32) * (b >> 32) + (middle >> 32) + (cross >> 32))",
    "zeroing one by one": "\n".join(f"s.table[{i}] = 0" for i in range(8)),
    "zeroing": "for i in range(8):\n    s.table[i] = 0",
    "copying": "for timer in s.timers:\n    timer.count = s.first.count",
    "counting bits": "x = ctx.data\nn = 0\nwhile x != 0 and n < 64:\n    x &= x - 1\n    n += 1\n"
    "s.base = n",
    "trailing zeros": "x = ctx.data | 1 << 63\nn = 0\nwhile x & 1 == 0:\n    x = x >> 1\n"
    "    n = u64(n + 1)\ns.base = n",
    "leading zeros": "x = ctx.data\nn = 0\nwhile x < 2**63 and n < 64:\n    x = u64(x << 1)\n"
    "    n += 1\ns.base = n",
    "table": "match ctx.data & 15:\n"
    + "".join(f"    case {i}:\n        s.base = {i * i * 7919 % 1000}\n" for i in range(16)),
    "jump table": "match ctx.data:\n"
    + "".join(
        f"    case {i}:\n        s.{field} = {i}\n"
        for i, field in enumerate(("base", "count", "control", "status") * 8)
    ),
    "signed shift": "s.base = u64(u32(ctx.data) - s.count >> 3)",
    "wide sum": "if ctx.data + s.base - s.count > s.table[1] + s.base:\n    return Verdict.PASS",
    "wide loop": "n = 0\nwhile ctx.data + n < s.base + s.count and n < 9:\n    n += 1",
    "power": "r = 1\nfor i in range(10):\n    r = u64(r * s.base)\ns.base = r",
    "endless": "while True:\n    s.base = u64(s.base + 1)",
}


@pytest.mark.parametrize("name", DEADLY_IDIOMS)
def test_what_llvm_likes_to_transform_survives(name: str) -> None:
    body = DEADLY_IDIOMS[name]
    ending = "" if name == "endless" else "\nreturn Verdict.HANDLED"
    assert compiled(with_body(body + ending)).code


def test_no_store_is_for_the_context_here_and_a_state_there() -> None:
    body = (
        "if ctx.is_write:\n    if s.base == ctx.now_ns:\n        s.table[1] = 5\n"
        "        return Verdict.HANDLED\nctx.doorbells = 5\nreturn Verdict.HANDLED"
    )
    assert disassemble(compiled(with_body(body))).count("+ 32) = ") == 2


def test_what_the_back_end_would_die_of_is_our_error() -> None:
    with pytest.raises(InternalError, match=r"umul\.with\.overflow"):
        backend.emit_object(_DEADLY)


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_options_that_do_not_act_are_noticed(missing: int) -> None:
    script = f"""
        from lightexit.compiler.backend import llvm as backend
        from lightexit.errors import InternalError
        options = list(backend._OPTIONS)
        del options[{missing}]
        backend._OPTIONS = tuple(options)
        try:
            backend._check_options()
        except InternalError as error:
            print(error)
    """
    source = Path(__file__).parents[3] / "src"
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(source)},
        check=True,
    )
    assert "LLVM ignores the options" in result.stdout


@pytest.mark.parametrize(
    ("body", "checks"),
    [
        ("ctx.data = 1 if s.base else 2", 0),
        ("ctx.data = u64(s.timers[s.status & 1].remaining(3) + s.base)", 0),
        ("for i in range(8):\n    s.table[i] = 0", 1),
        ("while s.base:\n    s.base = s.base >> 1", 1),
    ],
)
def test_the_first_loop_has_the_options_tested(
    body: str, checks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[None] = []
    monkeypatch.setattr(backend, "_check_options", lambda: seen.append(None))
    assert compiled(with_body(body + "\nreturn Verdict.PASS")).code
    assert len(seen) == checks


@pytest.mark.parametrize(
    "line",
    [
        "  %5 = call { i64, i1 } @llvm.umul.with.overflow.i64(i64 %a, i64 %b)",
        "  %5 = tail call { i64, i1 } @llvm.smul.with.overflow.i64(i64 %a, i64 %b), !dbg !9",
        "declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)",
        "  tail call void @llvm.memcpy.p0.p0.i64(ptr %a, ptr %b, i64 9, i1 false)",
        "  call void @llvm.memmove.p0.p0.i64(ptr %a, ptr %b, i64 9, i1 false)",
        "  fence seq_cst",
        "  %x = sdiv i64 %a, %b",
        "  %x = sdiv exact i32 %a, %b",
        "  %x = srem i64 %a, %b",
        "  %x = mul nuw nsw i128 %a, %b",
        "  %x = mul i65 %a, %b",
        "  %x = udiv i128 %a, %b",
        "  %x = urem i128 %a, %b",
    ],
)
def test_all_that_is_deadly_is_seen(line: str) -> None:
    assert backend._DEADLY.search(f"entry:\n{line}\n")


@pytest.mark.parametrize(
    "line",
    [
        "  %fence = mul nuw nsw i64 %a, %b",
        "  %x = udiv i64 %a, %sdiv",
        "  %x = add i128 %a, %b",
        "  %x = call { i32, i1 } @llvm.umul.with.overflow.i32(i32 %a, i32 %b)",
    ],
)
def test_what_is_not_deadly_is_let_be(line: str) -> None:
    assert not backend._DEADLY.search(f"entry:\n{line}\n")
