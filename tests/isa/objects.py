# SPDX-License-Identifier: Apache-2.0
"""A module whose object has all that this linker reads: sections, calls, maps, lines."""

from __future__ import annotations

IR = """
@ticks = external global [64 x i8], align 8
@other = external global [64 x i8], align 8
define i64 @first(ptr %context) section "filters" !dbg !4 {
  %late = getelementptr i8, ptr @other, i64 8
  %v = load volatile i64, ptr %late, align 8, !dbg !8
  %w = load volatile i64, ptr @ticks, align 8, !dbg !9
  %sum = add i64 %v, %w, !dbg !9
  %result = call i64 @local(i64 %sum), !dbg !10
  ret i64 %result, !dbg !10
}
define internal i64 @local(i64 %v) noinline section "filters" {
  %old = atomicrmw add ptr @ticks, i64 %v monotonic
  %doubled = call i64 @shared(i64 %v)
  ret i64 %doubled
}
define i64 @shared(i64 %v) noinline {
  %doubled = mul i64 %v, %v
  ret i64 %doubled
}
define i64 @second(ptr %context) section "more" {
  %v = call i64 @shared(i64 7)
  %w = load volatile i64, ptr @ticks, align 8
  %sum = add i64 %v, %w
  ret i64 %sum
}
!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2, !3}
!0 = distinct !DICompileUnit(language: DW_LANG_C, file: !1, emissionKind: FullDebug)
!1 = !DIFile(filename: "FILE", directory: "DIRECTORY")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!3 = !{i32 2, !"Dwarf Version", i32 4}
!4 = distinct !DISubprogram(name: "first", file: !1, line: 1, type: !5, unit: !0,
  spFlags: DISPFlagDefinition)
!5 = !DISubroutineType(types: !6)
!6 = !{null}
!8 = !DILocation(line: 2, column: 8, scope: !4)
!9 = !DILocation(line: 3, column: 5, scope: !4)
!10 = !DILocation(line: 4, column: 5, scope: !4)
"""

#: Constants in two sections, by a section's symbol and by their own; and one state.
TABLES = """
@hidden = internal constant [4 x i64] [i64 1, i64 5, i64 2, i64 9]
@other = internal constant [4 x i64] [i64 2, i64 6, i64 3, i64 10]
@small = constant [3 x i8] c"abc"
@ticks = external global [64 x i8], align 8
define i64 @f(ptr %c) section "s" {
  %i = load volatile i64, ptr %c
  %n = and i64 %i, 3
  %p = getelementptr [4 x i64], ptr @other, i64 0, i64 %n
  %v = load volatile i64, ptr %p
  %q = getelementptr [3 x i8], ptr @small, i64 0, i64 2
  %w = load volatile i8, ptr %q
  %x = zext i8 %w to i64
  %sum = add i64 %v, %x
  store volatile i64 %sum, ptr @ticks
  %r = getelementptr [4 x i64], ptr @hidden, i64 0, i64 %n
  %y = load volatile i64, ptr %r
  ret i64 %y
}
define i64 @without(ptr %c) section "s" { ret i64 1 }
"""

#: Two programs, and states that are sections; one of these has two variables.
STATES = """
@first = global [40 x i8] zeroinitializer, section ".data.first"
@second = global [24 x i8] zeroinitializer, section ".data.second"
@third = global [16 x i8] zeroinitializer, section ".data.second", align 8
define i64 @f(ptr %c) section "syscall" {
  %place = getelementptr i8, ptr @third, i64 8
  %v = load volatile i64, ptr %place, align 8
  %w = load volatile i64, ptr @first
  %sum = add i64 %v, %w
  ret i64 %sum
}
define i64 @g(ptr %c) section "syscall" {
  %v = load volatile i64, ptr @second
  ret i64 %v
}
"""

#: Assembler text with all that an object is written of.
WRITTEN = """
    .map ticks 80
    .map other 40
    .rodata 01 02 03 04 05 06 07
    r1 = map_value(0) + 24
    r2 = map_value(1) + 16
    r3 = map_value(2) + 5
    r4 = 0x1122334455667788 ll
    r0 = *(u8 *)(r3 + 0)
    call more
    exit
more:
    r1 = map_value(0) + 0
    call most
    exit
most:
    r0 = 7
    exit
"""
