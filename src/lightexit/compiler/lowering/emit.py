# SPDX-License-Identifier: Apache-2.0
"""LLVM IR as text: values, blocks, and the debug lines that lead back to the author's source."""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple

from lightexit.compiler.typed.tree import DATA, Local, Span

#: The filter's symbol. Its section has another name, as LLVM's BPF back end demands.
ENTRY = "filter"
SECTION = "filters"

_DATA_LAYOUT = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"

_DECLARATIONS = f"""\
declare ptr @llvm.preserve.static.offset(ptr)

attributes #0 = {{ nounwind willreturn memory(none) }}
attributes #1 = {{ nounwind "no-builtins" "no-jump-tables"="true" }}

!llvm.dbg.cu = !{{!0}}
!llvm.module.flags = !{{!2, !3}}
!0 = distinct !DICompileUnit(language: DW_LANG_C99, file: !1, producer: "lightexit", \
isOptimized: true, runtimeVersion: 0, emissionKind: LineTablesOnly)
!1 = !DIFile(filename: "spans", directory: "")
!2 = !{{i32 2, !"Dwarf Version", i32 4}}
!3 = !{{i32 2, !"Debug Info Version", i32 3}}
!4 = distinct !DISubprogram(name: "{ENTRY}", scope: !1, file: !1, line: 1, type: !5, unit: !0, \
spFlags: DISPFlagDefinition)
!5 = !DISubroutineType(types: !{{}})
"""
_FIRST_LOCATION = 6


class Check(NamedTuple):
    """A condition that a run must meet to go on: where, and what a fault there means."""

    span: Span
    fault: str


class Marked(NamedTuple):
    """Faults, by the number of their check, that return a `verdict` of their own instead of PASS:
    a proof of such a program tells which of them can happen."""

    checks: frozenset[int]
    verdict: int


def _barrier(value: str) -> str:
    return f'call i64 asm "", "=r,0"(i64 {value}) #0'


class Emitter:
    """A function being written. Debug "lines" are numbers of spans, counted from 1."""

    def __init__(self, marked: Marked | None = None) -> None:
        self.block = "body"
        self.checks: list[Check] = []
        self._marked = marked
        self._numbers = itertools.count()
        self._lines: list[str] = []
        self._spans: dict[Span, int] = {}
        self._locals: dict[Local, str] = {}

    @property
    def spans(self) -> tuple[Span, ...]:
        """The spans that debug lines name, in order."""
        return tuple(self._spans)

    def value(self, span: Span, instruction: str) -> str:
        """Append an instruction; the name of its value."""
        name = f"%v{next(self._numbers)}"
        self.effect(span, f"{name} = {instruction}")
        return name

    def effect(self, span: Span, instruction: str) -> None:
        """Append an instruction without a value."""
        number = self._spans.setdefault(span, len(self._spans)) + _FIRST_LOCATION
        self._lines.append(f"  {instruction}, !dbg !{number}")

    def label(self, purpose: str) -> str:
        """A new label, not placed yet."""
        return f"{purpose}{next(self._numbers)}"

    def jump(self, span: Span, label: str) -> None:
        """End the block."""
        self.effect(span, f"br label %{label}")

    def branch(self, span: Span, condition: str, then: str, orelse: str) -> None:
        """End the block by a condition."""
        self.effect(span, f"br i1 {condition}, label %{then}, label %{orelse}")

    def start(self, label: str) -> None:
        """Start the block of that label."""
        self._lines.append(f"{label}:")
        self.block = label

    def ensure(self, span: Span, condition: str, fault: str) -> None:
        """Go on only where the condition holds; elsewhere is a fault, for which `fault` stands."""
        passed, marked = self.label("ok"), self._marked
        own = marked is not None and len(self.checks) in marked.checks
        self.checks.append(Check(span, fault))
        self.branch(span, condition, passed, "marked" if own else "fault")
        self.start(passed)

    def barrier(self, span: Span, value: str) -> str:
        """The same value, of which LLVM knows nothing any more."""
        return self.value(span, _barrier(value))

    def unrelated(self, span: Span, value: str) -> str:
        """The same value, which Linux does not know to be another one plus a constant: when it
        learns of the other it takes that for this one's bounds, and forgets what it knew."""
        return self.value(span, f"or i64 {value}, {self.barrier(span, '0')}")

    def place(self, local: Local) -> str:
        """The stack slot of a local; LLVM turns it into registers."""
        if local not in self._locals:
            name = re.sub(r"\W", "", local.name, flags=re.ASCII)
            self._locals[local] = f"%{name}.{local.number}"
        return self._locals[local]

    def _ending(self) -> str:
        """The end of the last block: some path may seem to lead there, though none does."""
        ended = self._lines[-1].startswith(("  ret ", "  br "))
        return "\n" if ended else "\n  br label %fault\n"

    def _faults(self) -> str:
        passed = f"fault:\n  %pass = {_barrier('0')}\n  ret i64 %pass\n"
        if self._marked is None:
            return passed + "}\n\n"
        # It stores data, so that only the verdict can be refused.
        return (
            f"{passed}marked:\n"
            f"  %data = getelementptr inbounds i8, ptr %ctx, i64 {DATA.offset}\n"
            "  store i64 0, ptr %data, align 8\n"
            f"  %mark = {_barrier(str(self._marked.verdict))}\n  ret i64 %mark\n}}\n\n"
        )

    def module(self, state_sizes: list[int], table_sizes: dict[int, int]) -> str:
        """The whole module; states are symbols `state0`, `state1`, and so on; tables likewise,
        by where they start in read-only data. What they hold LLVM is not to know: it would make
        comparisons of loads."""
        states = (
            f"@state{index} = external global [{size} x i8], align 8\n"
            for index, size in enumerate(state_sizes)
        )
        tables = (
            f"@table{start} = external constant [{size} x i8], align 8\n"
            for start, size in table_sizes.items()
        )
        slots = (
            f"  {name} = alloca {local.storage.value}\n" for local, name in self._locals.items()
        )
        locations = (
            f"!{number + _FIRST_LOCATION} = !DILocation(line: {number + 1}, column: 1, scope: !4)\n"
            for number in self._spans.values()
        )
        return (
            f'target datalayout = "{_DATA_LAYOUT}"\ntarget triple = "bpfel"\n\n'
            + "".join(states)
            + "".join(tables)
            + f'\ndefine i64 @{ENTRY}(ptr %context) #1 section "{SECTION}" !dbg !4 {{\nentry:\n'
            + "".join(slots)
            + "  %ctx = call ptr @llvm.preserve.static.offset(ptr %context)\n"
            + "  br label %body\nbody:\n"
            + "\n".join(self._lines)
            + self._ending()
            + self._faults()
            + _DECLARATIONS
            + "".join(locations)
        )
