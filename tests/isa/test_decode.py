# SPDX-License-Identifier: Apache-2.0
"""Legal and illegal bytes."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scale
from lightexit.errors import AuthorError, InternalError
from lightexit.isa import (
    ROWS,
    Instruction,
    Kind,
    Op,
    Program,
    SourceLine,
    assemble,
    build,
    decode,
    disassemble,
    encode,
)
from lightexit.isa.generate import random_program
from lightexit.isa.table import BY_TEXT

EXIT = "95 00 0000 00000000"


def code(*slots: str) -> bytes:
    """Opcode, registers, offset and immediate of each slot in hex, as they lie in memory."""
    return bytes.fromhex("".join(slots))


ILLEGAL = {
    "empty": (code(), "bytecode has 0 bytes", "at least one instruction, 8 bytes a slot"),
    "truncated": (code(EXIT)[:-1], "bytecode has 7 bytes", "8 bytes a slot"),
    "unknown opcode": (code("ff 00 0000 00000000"), "opcode 0xff is unknown", "RFC 9669"),
    "packet": (code("20 00 0000 00000000"), "0x20 is deprecated packet access", "a load"),
    "gotox": (code("0d 01 0000 00000000"), "opcode 0x0d is unknown", "RFC 9669"),
    "bad dst": (code("b7 0b 0000 00000000", EXIT), "dst is register 11", "r0 to r10"),
    "bad src": (code("bf f0 0000 00000000", EXIT), "src is register 15", "r0 to r10"),
    "r10 written": (code("b7 0a 0000 00000000", EXIT), "dst is r10, and `rd = imm` writes", "r9"),
    "r10 loaded": (code("79 aa 0000 00000000", EXIT), "dst is r10", "frame pointer is read-only"),
    "r10 swapped": (code("d7 0a 0000 10000000", EXIT), "dst is r10", "read-only"),
    "r10 fetched": (code("db a1 0000 01000000", EXIT), "src is r10", "read-only"),
    "src with K": (code("07 10 0000 05000000", EXIT), "src is 1, but `rd += imm`", "reserved"),
    "imm with X": (code("0f 10 0000 05000000", EXIT), "imm is 5, but `rd += rs`", "imm 0"),
    "add offset": (code("07 00 0100 05000000", EXIT), "offset is 0x1 with opcode 0x07", "0x0 (rd"),
    "div offset": (
        code("37 00 0200 05000000", EXIT),
        "offset is 0x2",
        "0x0 (rd /= imm), 0x1 (rd s",
    ),
    "movsx width": (code("bc 10 2000 00000000", EXIT), "offset is 0x20", "0x8 (wd = (s8)ws), 0x10"),
    "movsx imm": (code("b7 00 0800 00000000", EXIT), "offset is 0x8", "0x0 (rd = imm)"),
    "neg src": (code("87 10 0000 00000000", EXIT), "src is 1, but `rd = -rd`", "reserved"),
    "swap width": (code("d4 00 0000 18000000", EXIT), "imm is 0x18", "0x10 (rd = le16 rd), 0x20"),
    "atomic operation": (code("db 21 0000 10000000", EXIT), "imm is 0x10", "0x0 (lock *(u64 *)"),
    "atomic size": (code("d3 21 0000 00000000", EXIT), "opcode 0xd3 is unknown", ""),
    "load imm": (code("79 21 0000 01000000", EXIT), "imm is 1, but `rd = *(u64 *)(rs off)`", ""),
    "exit imm": (code("95 00 0000 01000000"), "imm is 1, but `exit` does not use it", "reserved"),
    "exit dst": (code("95 01 0000 00000000"), "dst is 1, but `exit` does not use it", "reserved"),
    "ja imm": (code("05 00 0000 01000000", EXIT), "imm is 1, but `goto to`", "reserved"),
    "gotol offset": (code("06 00 0100 00000000", EXIT), "offset is 1, but `gotol far`", ""),
    "call source": (code("85 30 0000 00000000", EXIT), "src is 0x3", "0x0 (call imm), 0x1 (call"),
    "wide source": (code("18 70 0000 00000000", "00" * 8, EXIT), "src is 0x7", "0x6 (rd = map_v"),
    "wide offset": (code("18 00 0100 00000000", "00" * 8, EXIT), "offset is 1, but", "reserved"),
    "wide opcode": (code("18 00 0000 00000000", EXIT, EXIT), "second slot of a wide", "zeros"),
    "wide half": (code("18 00 0000 00000000"), "ends in the middle of a wide", "a second slot"),
    "map next": (
        code("18 10 0000 00000000", "00 00 0000 01000000", EXIT),
        "next_imm is 1, but `rd = map_by_fd(imm)` does not use it",
        "next_imm 0",
    ),
    "jump past": (
        code("05 00 0100 00000000", EXIT),
        "offset leads to slot 2, which is no",
        "0 to 1",
    ),
    "jump before": (code("05 00 feff 00000000", EXIT), "slot -1, which is no instruction", ""),
    "jump into": (
        code("05 00 0100 00000000", "18 00 0000 00000000", "00" * 8, EXIT),
        "offset leads to slot 2, which is the middle of a wide instruction",
        "the first slot of one, 0 to 3",
    ),
    "far jump": (code("06 00 0000 ffffff7f", EXIT), "imm leads to slot 2147483648", ""),
    "call past": (code("85 10 0000 05000000", EXIT), "imm leads to slot 6", ""),
    "address past": (
        code("18 40 0000 05000000", "00" * 8, EXIT),
        "imm leads to slot 6, which is no instruction",
        "",
    ),
    "falls off": (code("b7 00 0000 05000000"), "falls off the end after `r0 = 5`", "`exit` or"),
    "falls off a branch": (code("15 00 ffff 00000000"), "off the end after `if r0 == 0 goto", ""),
    "ends with a call": (code("85 00 0000 01000000"), "off the end after `call 1`", "`exit` or"),
}


@pytest.mark.parametrize("name", ILLEGAL)
def test_illegal_bytes_are_named(name: str) -> None:
    data, found, expected = ILLEGAL[name]
    with pytest.raises(AuthorError) as caught:
        decode(data)
    assert found in caught.value.found
    assert expected in caught.value.expected


def test_a_refusal_names_slot_and_source_line() -> None:
    program = assemble("r1 = 5 ll\nr0 = 0\nexit", "clock.s")
    broken = Program("clock", program.code[:17] + b"\x0a" + program.code[18:], (), program.lines)
    with pytest.raises(AuthorError) as caught:
        decode(broken)
    assert str(caught.value) == (
        "clock.s:2:1: instruction at slot 2: dst is r10, and `rd = imm` writes it\n"
        "    r0 = 0\n"
        "    ^^^^^^\n"
        "  expected: r0 to r9: the frame pointer is read-only"
    )


def _fields(op: Op) -> dict[str, int]:
    """Legal values, none of them zero where they need not be."""
    chosen = {"dst": 1, "src": 2, "offset": 4, "imm": 3, "next_imm": 5}
    if op.target_field:
        chosen[op.target_field] = op.kind is Kind.LDDW
    return {name: chosen[name] for name in op.fields}


@pytest.mark.parametrize("op", ROWS, ids=lambda op: op.texts[0])
def test_every_unused_field_is_reserved(op: Op) -> None:
    legal = build(op, **_fields(op))
    end = build(BY_TEXT["exit"])
    assert decode(encode([legal, end]))[0] == legal
    for field in {"dst", "src", "offset", "imm", "next_imm"} - op.fields:
        if (op.fixed and op.fixed[0] == field) or (field == "next_imm" and not legal.wide):
            continue
        wrong = build(op, **{**_fields(op), field: 1})
        with pytest.raises(AuthorError, match=f"{field} is 1, but"):
            decode(encode([wrong, end]))


@pytest.mark.parametrize("op", ROWS, ids=lambda op: op.texts[0])
def test_the_frame_pointer_may_be_read_but_not_written(op: Op) -> None:
    for field in op.fields & {"dst", "src"}:
        changed = build(op, **{**_fields(op), field: 10})
        data = encode([changed, build(BY_TEXT["exit"])])
        if op.written_field == field:
            with pytest.raises(AuthorError, match=f"{field} is r10"):
                decode(data)
        else:
            assert getattr(decode(data)[0], field) == 10


@given(st.integers(0, 2**32), st.integers(1, 40))
@settings(derandomize=True, deadline=None)
def test_legal_programs_survive_every_round_trip(seed: int, length: int) -> None:
    program = random_program(Random(seed), length)
    instructions = decode(program)
    assert encode(instructions) == program.code
    assert assemble(disassemble(program)).code == program.code


@given(st.integers(0, 2**32), st.integers(0, 159), st.integers(0, 255))
@settings(derandomize=True, deadline=None, max_examples=scale.full(300))
def test_any_bytes_are_refused_or_survive_a_round_trip(seed: int, at: int, byte: int) -> None:
    code = bytearray(random_program(Random(seed)).code)
    code[at % len(code)] = byte
    made = _attempt(bytes(code))
    if isinstance(made, AuthorError):
        assert "slot" in made.found
    else:
        assert encode(made) == code
        assert assemble(disassemble(bytes(code))).code == code


def _attempt(data: bytes) -> tuple[Instruction, ...] | AuthorError:
    try:
        return decode(data)
    except AuthorError as error:
        return error


def test_an_instruction_knows_its_slot_and_targets() -> None:
    program = assemble("r1 = 0x8000000180000002 ll\nif r1 > 5 goto +1\ngotol +0\nexit")
    wide, jump, far, _ = decode(program)
    assert (wide.wide, wide.slot, wide.next_slot, wide.imm64) == (True, 0, 2, 0x8000000180000002)
    assert (jump.target, far.target, far.imm) == (4, 4, 0)
    assert str(jump) == "if r1 > 5 goto L4"
    with pytest.raises(InternalError, match="has no target"):
        _ = wide.target


def test_lines_tell_the_source_of_a_slot() -> None:
    program = assemble("r1 = 5 ll\n\nexit", "a.s")
    assert [each.slot for each in program.lines] == [0, 2]
    where = program.where(2)
    assert where is not None
    assert str(where) == "a.s:3:1"
    assert isinstance(program.lines[0], SourceLine)
    assert isinstance(decode(program)[0], Instruction)
