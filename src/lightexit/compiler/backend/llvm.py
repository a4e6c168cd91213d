# SPDX-License-Identifier: Apache-2.0
"""Fifth pass: LLVM IR to a BPF object by LLVM's own back end. The one file with llvmlite here.

LLVM's BPF back end ends the whole process on what it cannot lower. What keeps LLVM from making
such a thing of our IR are options that are set for the process; unknown ones are ignored in
silence, so the first loop has it tested that they act.
"""

from __future__ import annotations

import functools
import re
from typing import Any

import llvmlite.binding as llvm

from lightexit.errors import InternalError

#: Base instruction set that Linux 5.7 and later run: 32-bit ALU and jumps, no signed division.
CPU = "v3"

_OPTIONS = (
    "-disable-loop-idiom-all",  # zeroing and copying loops would become calls
    "-indvars-predicate-loops=0",  # the round in which `i == n` is a product of 128 bits
    "-replexitval=never",  # closed forms of sums need 128-bit multiplication
    "-disable-lftr",  # verifiers follow `<` more easily than `!=`
    "-enable-tail-merge=0",  # one load for context and state pointers: Linux refuses it
    "-bpf-stack-size=32000",  # above 512 bytes LLVM would exit the process; we report it
)

#: Where an option does not act, the first loop becomes a call of memset, the others products.
#: What comparisons and stack become shows in code only, and in tests.
_PROBE = """
target triple = "bpfel"
define void @zero(ptr %p) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %do ]
  %again = icmp ult i64 %i, 99
  br i1 %again, label %do, label %done
do:
  %q = getelementptr i8, ptr %p, i64 %i
  store i8 0, ptr %q
  %next = add i64 %i, 1
  br label %loop
done:
  ret void
}
define i64 @sum(i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %sum = phi i64 [ 0, %entry ], [ %more, %loop ]
  %more = add i64 %sum, %i
  %next = add i64 %i, 1
  %again = icmp ult i64 %next, %n
  br i1 %again, label %loop, label %done
done:
  ret i64 %more
}
define void @meets(i64 %n, ptr %p) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 5, %entry ], [ %next, %more ]
  %found = icmp eq i64 %i, %n
  br i1 %found, label %store, label %more
more:
  %next = add nsw i64 %i, -3
  %again = icmp sgt i64 %i, -1
  br i1 %again, label %loop, label %done
store:
  store i64 7, ptr %p
  br label %done
done:
  ret void
}
"""

#: Trailing zeros: a count of the ones below the lowest set bit, behind a barrier, so that LLVM
#: does not recognise it. A bit past the end bounds the result for 0.
_TRAILING_ZEROS = """
define internal i{width} @trailing_zeros_{width}(i{width} %x, i1 %ignored) alwaysinline {{
  %word = {widen} i{width} %x to i64
  %ended = or i64 %word, {end}
  %less = add i64 %ended, -1
  %not = xor i64 %ended, -1
  %below = and i64 %less, %not
  %hidden = call i64 asm "", "=r,0"(i64 %below) nounwind willreturn memory(none)
  %count = call i64 @llvm.ctpop.i64(i64 %hidden)
  %result = {narrow} i64 %count to i{width}
  ret i{width} %result
}}
"""

#: Instructions that crash the back end, if LLVM generates them from our IR nevertheless.
_DEADLY = re.compile(
    r"[ .@]([us]mul\.with\.overflow\.i64|llvm\.mem(?:set|cpy|move)|fence\b|s(?:div|rem) "
    r"|(?:mul|udiv|urem)(?: n[us]w)* i(?:6[5-9]|[7-9]\d|\d{3})\b)"
)

#: A value that LLVM leaves open, as what a loop carries into its first round when it keeps a
#: field in a register. The code then reads a register that was never written: verifiers refuse it.
_OPEN = re.compile(r"\b(?:poison|undef)\b")

#: A minimum or maximum, of which the back end splits comparisons in loops: `i < min(a, b)` into
#: `i < a and i < b`, wrong where one is signed and the other is not. A choice it leaves whole.
_EXTREME = re.compile(
    r"(?P<to>%[\w.]+) = (?:\w+ )*call (?:range\([^)]*\) )?(?P<kind>i\d+) "
    r"@llvm\.(?P<sign>[su])(?P<way>min|max)\.i\d+\(i\d+ (?P<a>[^,()]+), i\d+ (?P<b>[^,()]+)\)"
)

_TARGET = re.compile(r"label %([\w.]+)")


def emit_object(text: str) -> bytes:
    """The BPF object file of a module of LLVM IR."""
    machine = _machine()
    if _loops(text):
        _check_options()
    module, better = _optimized(text, machine)
    deadly = _DEADLY.search(better)
    if deadly:
        raise InternalError(f"LLVM emitted `{deadly[1]}`, which crashes its BPF back end")
    return bytes(machine.emit_object(module))


def optimize(text: str) -> str:
    """The module after LLVM's optimizations, as text."""
    return _optimized(text, _machine())[1]


def _optimized(text: str, machine: Any) -> tuple[Any, str]:
    """The module after LLVM's optimizations, and its text."""
    module = _transformed(text, machine)
    better = str(module)
    if "llvm.cttz" in better:
        module = _transformed(_without_tables(better), machine)
        better = str(module)
    plain = _EXTREME.sub(_choice, _OPEN.sub("zeroinitializer", better))
    if plain != better:
        module = llvm.parse_assembly(plain)
        module.verify()
    return module, plain


def _choice(found: re.Match[str]) -> str:
    """A minimum or maximum by a comparison and a choice."""
    to, kind, a, b = (found[name] for name in ("to", "kind", "a", "b"))
    first = f"%first.{to[1:]}"
    predicate = f"{found['sign']}{'lt' if found['way'] == 'min' else 'gt'}"
    choice = f"{to} = select i1 {first}, {kind} {a}, {kind} {b}"
    return f"{first} = icmp {predicate} {kind} {a}, {b}\n  {choice}"


def _without_tables(text: str) -> str:
    """`text` without counts of trailing zeros, for which BPF would need a table in memory."""
    widths = sorted({int(each) for each in re.findall(r"@llvm\.cttz\.i(\d+)", text)})
    text = re.sub(r"^declare .*@llvm\.(cttz\.i\d+|ctpop\.i64)\(.*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"@llvm\.cttz\.i(\d+)", r"@trailing_zeros_\1", text)
    return "".join([text, "declare i64 @llvm.ctpop.i64(i64)\n", *map(_trailing_zeros, widths)])


def _trailing_zeros(width: int) -> str:
    widen, narrow, end = ("bitcast", "bitcast", 0) if width == 64 else ("zext", "trunc", 1 << width)
    return _TRAILING_ZEROS.format(width=width, widen=widen, narrow=narrow, end=end)


def _transformed(text: str, machine: Any) -> Any:
    module = llvm.parse_assembly(text)
    module.verify()
    tuning = llvm.create_pipeline_tuning_options(speed_level=2)
    tuning.loop_unrolling = False
    tuning.loop_interleaving = False
    tuning.loop_vectorization = False
    tuning.slp_vectorization = False
    builder = llvm.create_pass_builder(machine, tuning)
    builder.getModulePassManager().run(module, builder)
    return module


@functools.cache
def _machine() -> Any:
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    for option in _OPTIONS:
        llvm.set_option("lightexit", option)
    return llvm.Target.from_triple("bpfel").create_target_machine(cpu=CPU, opt=2)


@functools.cache
def _check_options() -> None:
    loops = optimize(_PROBE).split("define ")[1:]
    if any("memset" in loop or "phi" not in loop for loop in loops):
        raise InternalError("LLVM ignores the options without which its BPF back end crashes")


def _loops(text: str) -> bool:
    """Whether some branch leads back: the options are about loops, and LLVM makes no new ones."""
    passed = set()
    for line in text.splitlines():
        if line.endswith(":"):
            passed.add(line[:-1])
        elif not passed.isdisjoint(_TARGET.findall(line)):
            return True
    return False
