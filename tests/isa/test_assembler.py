# SPDX-License-Identifier: Apache-2.0
"""Text to bytecode, and the messages where that fails."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scale
from isa.llvm import compile_ir
from lightexit.errors import AuthorError
from lightexit.isa import Map, Program, assemble, decode, disassemble, read_elf
from lightexit.isa.generate import random_program

ARITHMETIC = """
define i64 @f(i64 %a, i64 %b, i32 %c, i32 %d) {
  %div = sdiv i64 %a, %b
  %rem = srem i64 %b, 10
  %udiv = udiv i64 %div, %rem
  %urem = urem i64 %udiv, 12345
  %div32 = sdiv i32 %c, %d
  %rem32 = urem i32 %div32, 7
  %narrow = trunc i32 %rem32 to i8
  %extended = sext i8 %narrow to i64
  %half = trunc i32 %d to i16
  %wide = sext i16 %half to i32
  %wider = sext i32 %wide to i64
  %sum = add i64 %extended, %wider
  %shift = ashr i64 %sum, 3
  %shifted = shl i64 %shift, %b
  %mix = xor i64 %shifted, 81985529216486895
  %swapped = call i64 @llvm.bswap.i64(i64 %mix)
  %swap16 = call i16 @llvm.bswap.i16(i16 %half)
  %last = zext i16 %swap16 to i64
  %negated = sub i64 0, %last
  %all = or i64 %swapped, %negated
  %result = mul i64 %all, %urem
  ret i64 %result
}
declare i64 @llvm.bswap.i64(i64)
declare i16 @llvm.bswap.i16(i16)
"""
MEMORY = """
define i64 @f(ptr %p, i64 %v) {
  %byte = load volatile i8, ptr %p
  %q = getelementptr i8, ptr %p, i64 -16
  %half = load volatile i16, ptr %q
  %signed = sext i16 %half to i64
  store volatile i8 %byte, ptr %q
  store volatile i32 7, ptr %p
  store volatile i64 -1, ptr %q
  %r = getelementptr i8, ptr %p, i64 24
  %old = atomicrmw add ptr %r, i64 %v seq_cst
  %unused = atomicrmw xor ptr %r, i64 %old monotonic
  %w = trunc i64 %v to i32
  %old32 = atomicrmw or ptr %r, i32 %w seq_cst
  %xchg = atomicrmw xchg ptr %r, i64 %signed seq_cst
  %pair = cmpxchg ptr %r, i64 %xchg, i64 %old seq_cst seq_cst
  %was = extractvalue { i64, i1 } %pair, 0
  %pair32 = cmpxchg ptr %r, i32 %old32, i32 %w seq_cst seq_cst
  %was32 = extractvalue { i32, i1 } %pair32, 0
  %z = zext i32 %was32 to i64
  %sum = add i64 %was, %z
  ret i64 %sum
}
"""
CONTROL = """
define i64 @f(i64 %a, i32 %b) {
entry:
  %less = icmp slt i64 %a, 5
  br i1 %less, label %loop, label %other
loop:
  %i = phi i64 [ %a, %entry ], [ %next, %loop ], [ 9, %last ]
  %next = call i64 @g(i64 %i)
  %more = icmp ugt i64 %next, %a
  br i1 %more, label %loop, label %out
other:
  %bits = and i32 %b, 12
  %set = icmp ne i32 %bits, 0
  br i1 %set, label %out, label %last
last:
  %big = icmp sgt i32 %b, -7
  br i1 %big, label %out, label %loop
out:
  ret i64 3
}
define internal i64 @g(i64 %a) noinline {
  %b = mul i64 %a, %a
  ret i64 %b
}
"""


def _instructions(text: str) -> str:
    """LLVM's text without its directives; labels of functions and blocks stay."""
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    return "\n".join(line for line in lines if not line.startswith(".") or line.endswith(":"))


@pytest.mark.parametrize("ir", [ARITHMETIC, MEMORY, CONTROL], ids=["alu", "memory", "control"])
@pytest.mark.parametrize("cpu", ["v3", "v4"])
def test_llvm_text_assembles_to_llvm_bytes(ir: str, cpu: str) -> None:
    if cpu == "v3":
        ir = ir.replace("sdiv", "udiv").replace("srem", "urem")  # v3 has no signed division
    text, data = compile_ir(ir, cpu)
    (program,) = read_elf(data, value_offset=0, file="f.o")
    assert assemble(_instructions(text)).code == program.code


def test_comments_labels_and_spacing() -> None:
    text = """
    # a comment; with a label: in it
    start:   r0=1        // another
    again: more: r0+=-0x10 ; and another
      if  r0  s>  0x10  goto  again
      *(u8*)(r10-8)=r0
      w2 = *(u8 *)(r10 - 8)
      goto -2
    """
    assert disassemble(assemble(text)) == (
        "    r0 = 1\n"
        "L1:\n"
        "    r0 += -16\n"
        "    if r0 s> 16 goto L1\n"
        "    *(u8 *)(r10 - 8) = r0\n"
        "L4:\n"
        "    r2 = *(u8 *)(r10 - 8)\n"
        "    goto L4\n"
    )


def test_maps_are_declared_in_order() -> None:
    text = ".map pit 80\n.map pic 24\n    r1 = map_value(1) + 16\n    exit\n"
    program = assemble(text, "some/clock.s")
    assert program.name == "clock"
    assert program.maps == (Map("pit", 80), Map("pic", 24))
    assert disassemble(program) == text


NUMBERS = {
    "r0 = -2147483648": -(2**31),
    "r0 = 0x7fffffff": 2**31 - 1,
    "w0 = 4294967295": -1,
    "w0 = 0xfffffffe": -2,
    "*(u32 *)(r1 + 0) = 0xffffffff": -1,
    "if w1 == 0x80000000 goto +0": -(2**31),
    "w0 = 010": 10,
}


@pytest.mark.parametrize("text", NUMBERS)
def test_numbers(text: str) -> None:
    assert decode(assemble(f"{text}\nexit"))[0].imm == NUMBERS[text]


def _error(text: str) -> AuthorError:
    with pytest.raises(AuthorError) as caught:
        assemble(text, "bad.s")
    return caught.value


MESSAGES = [
    (
        "mov r0, 1",
        "bad.s:1:1: `mov` is not expected here\n"
        "    mov r0, 1\n"
        "    ^^^\n"
        "  expected: w register, r register, `*`, `lock`, `goto`, `gotol`, `if`, `call`, "
        "`callx`, `exit`",
    ),
    (
        "# first\n  if r1 = 5 goto +1",
        "bad.s:2:9: `=` is not expected here\n"
        "    if r1 = 5 goto +1\n"
        "          ^\n"
        "  expected: `==`, `>`, `>=`, `&`, `!=`, `s>`, `s>=`, `<`, `<=`, `s<`, `s<=`",
    ),
    (
        "*(u64 *)(r1 + 4)   # no value",
        "bad.s:1:17: the instruction is not complete\n"
        "    *(u64 *)(r1 + 4)   # no value\n"
        "                    ^\n"
        "  expected: `=`",
    ),
    (
        "exit now",
        "bad.s:1:6: `now` is not expected here\n"
        "    exit now\n"
        "         ^^^\n"
        "  expected: the end of the line",
    ),
    (
        "r0 = r11\nexit",
        "bad.s:1:6: `r11` is not a register that this instruction takes\n"
        "    r0 = r11\n         ^^^\n  expected: r0 to r10",
    ),
    (
        "r2 = cmpxchg_64(r1 + 8, r0, r3)\nexit",
        "bad.s:1:1: `r2` is not a register that this instruction takes\n"
        "    r2 = cmpxchg_64(r1 + 8, r0, r3)\n"
        "    ^^\n"
        "  expected: r0",
    ),
    (
        "r0 = be16 r1\nexit",
        "bad.s:1:11: `r1` differs from the register before\n"
        "    r0 = be16 r1\n"
        "              ^^\n"
        "  expected: the same register twice: `rd = be16 rd`",
    ),
    (
        "r0 += 0x80000000\nexit",
        "bad.s:1:7: `0x80000000` is 2147483648\n"
        "    r0 += 0x80000000\n"
        "          ^^^^^^^^^^\n"
        "  expected: -2147483648 to 2147483647\n"
        "  try: `rN = ... ll` into a register, and that register here: "
        "this number is sign-extended",
    ),
    (
        "r0 = *(u8 *)(r1 + 40000)\nexit",
        "bad.s:1:17: `+ 40000` is 40000\n"
        "    r0 = *(u8 *)(r1 + 40000)\n"
        "                    ^^^^^^^\n"
        "  expected: -32768 to 32767\n"
        "  try: add the offset to the register first",
    ),
    (
        "goto ende\nend: exit",
        "bad.s:1:6: there is no label `ende`\n    goto ende\n         ^^^^\n  expected: one of end",
    ),
    (
        "one: r0 = 1\none: exit",
        "bad.s:2:1: label `one` is defined twice\n    one: exit\n    ^^^",
    ),
    (
        "r7: exit",
        "bad.s:1:1: `r7` is a reserved word\n"
        "    r7: exit\n"
        "    ^^\n"
        "  expected: another name for the label",
    ),
    (
        ".map pit many\nexit",
        "bad.s:1:1: the map is not complete\n"
        "    .map pit many\n"
        "    ^^^^^^^^^^^^^\n"
        "  expected: `.map NAME SIZE`",
    ),
    (
        "goto +1\nr0 = 1 ll\nexit",
        "bad.s:1:1: instruction at slot 0: offset leads to slot 2, which is the middle of a wide "
        "instruction\n"
        "    goto +1\n"
        "    ^^^^^^^\n"
        "  expected: the first slot of one, 0 to 3",
    ),
    (
        "r0 = 1 # the end",
        "bad.s:1:1: instruction at slot 0: execution falls off the end after `r0 = 1`\n"
        "    r0 = 1 # the end\n"
        "    ^^^^^^\n"
        "  expected: `exit` or `goto` as the last instruction",
    ),
]


@pytest.mark.parametrize(("text", "message"), MESSAGES)
def test_messages(text: str, message: str) -> None:
    assert str(_error(text)) == message


@pytest.mark.parametrize(
    "text",
    [
        "gotol +2147483648",
        "call pc -2147483649",
        "r0 = code_addr(+4294967295)",
        "r0 = map_value(0) + 2147483648",
        "r0 = map_by_fd(4294967295)",
        "call 4294967295",
        "w0 += 4294967296",
        "if w0 > -2147483649 goto +0",
        "r0 = 0x10000000000000000 ll",
        "if r0 > 0 goto -32769",
    ],
)
def test_a_number_that_does_not_fit_its_field(text: str) -> None:
    assert " to " in _error(f"{text}\nexit").expected


def test_a_jump_too_far_for_its_field() -> None:
    body = "exit\n" * 2**15
    error = _error(f"goto end\n{body}end: exit")
    assert error.found == "`end` is 32768"
    assert error.hint.startswith("`gotol`")
    assert decode(assemble(f"gotol end\n{body}end: exit"))[0].target == 2**15 + 1


def test_nothing_is_no_program() -> None:
    assert "bad has 0 bytes" in _error("# nothing\n").found


WORDS = """
r0 r1 r10 r11 w3 = += s>>= & -r0 ( ) * u64 u8 s16 lock if goto gotol call exit ll + 4 - 8 -8 0x
0xffffffffffffffffff 99999999999999999999 1e5 010 label: label .map , \xe9 \u0663 le16 pc s> : \x00
atomic_fetch_add cmpxchg_64 map_value
"""


def _attempt(text: str) -> Program | AuthorError:
    try:
        return assemble(text)
    except AuthorError as error:
        return error


@given(st.lists(st.sampled_from(WORDS.split()), max_size=12).map(" ".join))
@settings(derandomize=True, deadline=None, max_examples=scale.full(300))
def test_nonsense_gives_one_clear_message(text: str) -> None:
    made = _attempt(text)
    if isinstance(made, AuthorError):
        assert made.where is not None or "0 bytes" in made.found
    else:
        assert decode(made)


@given(st.integers(0, 2**32), st.integers(0, 100), st.sampled_from(WORDS.split()))
@settings(derandomize=True, deadline=None, max_examples=scale.full(200))
def test_a_changed_word_gives_a_program_or_a_message(seed: int, at: int, word: str) -> None:
    words = disassemble(random_program(Random(seed), 5)).split(" ")
    words[at % len(words)] = word
    made = _attempt(" ".join(words))
    if isinstance(made, AuthorError):
        assert made.where is not None
    else:
        assert assemble(disassemble(made)).code == made.code


@given(st.integers(0, 2**32))
@settings(derandomize=True, deadline=None)
def test_text_keeps_code_and_maps(seed: int) -> None:
    code = random_program(Random(seed), 30).code
    program = Program("any", code, (Map("a", 24), Map("b", 80)))
    again = assemble(disassemble(program))
    assert (again.code, again.maps) == (program.code, program.maps)


def test_read_only_data_is_read_back() -> None:
    data = bytes(range(100))
    program = assemble(
        f".rodata {data[:3].hex()}\n.rodata {data[3:].hex(' ')} # more\nr0 = 0\nexit"
    )
    assert program.rodata == data
    assert assemble(disassemble(program)).rodata == data


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (".rodata", "not a list of bytes"),
        (".rodata 0", "not a list of bytes"),
        (".rodata 0x01", "not a list of bytes"),
        ("\n".join([".rodata " + "00" * 4096] * 17), "69632 bytes of read-only data or more"),
    ],
)
def test_read_only_data_that_makes_no_sense_is_refused(text: str, found: str) -> None:
    with pytest.raises(AuthorError) as caught:
        assemble(f"{text}\nr0 = 0\nexit")
    assert caught.value.found == found
