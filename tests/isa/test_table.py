# SPDX-License-Identifier: Apache-2.0
"""The table against opcodes written down by hand from RFC 9669's own tables."""

from __future__ import annotations

from collections import Counter

import pytest

from lightexit.errors import AuthorError
from lightexit.isa import BY_OPCODE, ROWS, Kind, assemble, decode

#: Opcode with an immediate, opcode with a register (or none), text with @ for that operand.
ARITHMETIC = """
04 0c w1 += @     07 0f r1 += @
14 1c w1 -= @     17 1f r1 -= @
24 2c w1 *= @     27 2f r1 *= @
34 3c w1 /= @     37 3f r1 /= @
34 3c w1 s/= @    37 3f r1 s/= @
44 4c w1 |= @     47 4f r1 |= @
54 5c w1 &= @     57 5f r1 &= @
64 6c w1 <<= @    67 6f r1 <<= @
74 7c w1 >>= @    77 7f r1 >>= @
94 9c w1 %= @     97 9f r1 %= @
94 9c w1 s%= @    97 9f r1 s%= @
a4 ac w1 ^= @     a7 af r1 ^= @
b4 bc w1 = @      b7 bf r1 = @
c4 cc w1 s>>= @   c7 cf r1 s>>= @
"""
JUMPS = """
16 1e w1 == @     15 1d r1 == @
26 2e w1 > @      25 2d r1 > @
36 3e w1 >= @     35 3d r1 >= @
46 4e w1 & @      45 4d r1 & @
56 5e w1 != @     55 5d r1 != @
66 6e w1 s> @     65 6d r1 s> @
76 7e w1 s>= @    75 7d r1 s>= @
a6 ae w1 < @      a5 ad r1 < @
b6 be w1 <= @     b5 bd r1 <= @
c6 ce w1 s< @     c5 cd r1 s< @
d6 de w1 s<= @    d5 dd r1 s<= @
"""
OTHERS = """
84 w1 = -w1                                     87 r1 = -r1
bc w1 = (s8)w2                                  bf r1 = (s8)r2
bc w1 = (s16)w2                                 bf r1 = (s16)r2
bf r1 = (s32)r2                                 95 exit
d4 r1 = le16 r1                                 dc r1 = be16 r1
d4 r1 = le32 r1                                 dc r1 = be32 r1
d4 r1 = le64 r1                                 dc r1 = be64 r1
d7 r1 = bswap16 r1                              d7 r1 = bswap32 r1
d7 r1 = bswap64 r1                              05 goto +0
06 gotol +0                                     85 call 1
85 call pc+0                                    85 call btf(1)
8d callx r1                                     18 r1 = 5 ll
18 r1 = map_by_fd(5)                            18 r1 = map_val(map_by_fd(5)) + 8
18 r1 = var_addr(5)                             18 r1 = code_addr(+1)
18 r1 = map_by_idx(5)                           18 r1 = map_val(map_by_idx(5)) + 8
71 r1 = *(u8 *)(r2 + 4)                         72 *(u8 *)(r2 + 4) = 5
69 r1 = *(u16 *)(r2 + 4)                        6a *(u16 *)(r2 + 4) = 5
61 r1 = *(u32 *)(r2 + 4)                        62 *(u32 *)(r2 + 4) = 5
79 r1 = *(u64 *)(r2 + 4)                        7a *(u64 *)(r2 + 4) = 5
73 *(u8 *)(r2 + 4) = r1                         91 r1 = *(s8 *)(r2 + 4)
6b *(u16 *)(r2 + 4) = r1                        89 r1 = *(s16 *)(r2 + 4)
63 *(u32 *)(r2 + 4) = r1                        81 r1 = *(s32 *)(r2 + 4)
7b *(u64 *)(r2 + 4) = r1                        c3 lock *(u32 *)(r2 + 4) += w1
db lock *(u64 *)(r2 + 4) += r1                  c3 lock *(u32 *)(r2 + 4) |= w1
db lock *(u64 *)(r2 + 4) |= r1                  c3 lock *(u32 *)(r2 + 4) &= w1
db lock *(u64 *)(r2 + 4) &= r1                  c3 lock *(u32 *)(r2 + 4) ^= w1
db lock *(u64 *)(r2 + 4) ^= r1                  c3 w1 = atomic_fetch_add((u32 *)(r2 + 4), w1)
db r1 = atomic_fetch_add((u64 *)(r2 + 4), r1)   c3 w1 = atomic_fetch_or((u32 *)(r2 + 4), w1)
db r1 = atomic_fetch_or((u64 *)(r2 + 4), r1)    c3 w1 = atomic_fetch_and((u32 *)(r2 + 4), w1)
db r1 = atomic_fetch_and((u64 *)(r2 + 4), r1)   c3 w1 = atomic_fetch_xor((u32 *)(r2 + 4), w1)
db r1 = atomic_fetch_xor((u64 *)(r2 + 4), r1)   c3 w1 = xchg32_32(r2 + 4, w1)
db r1 = xchg_64(r2 + 4, r1)                     c3 w0 = cmpxchg32_32(r2 + 4, w0, w1)
db r0 = cmpxchg_64(r2 + 4, r0, r1)
"""


def _columns(table: str) -> list[str]:
    return [part for line in table.split("\n") for part in line.split("   ") if part.strip()]


def _expected() -> list[tuple[int, str]]:
    rows = []
    for table, form in ((ARITHMETIC, "{}"), (JUMPS, "if {} goto +0")):
        for entry in _columns(table):
            immediate, register, text = entry.strip().split(" ", 2)
            text = form.format(text)
            rows.append((int(immediate, 16), text.replace("@", "5")))
            rows.append((int(register, 16), text.replace("@", "w2" if "w1" in text else "r2")))
    for entry in _columns(OTHERS):
        opcode, text = entry.strip().split(" ", 1)
        rows.append((int(opcode, 16), text))
    return rows


EXPECTED = _expected()


@pytest.mark.parametrize(("opcode", "text"), EXPECTED)
def test_text_has_the_opcode_of_the_rfc(opcode: int, text: str) -> None:
    program = assemble(f"{text}\nexit")
    assert program.code[0] == opcode
    assert decode(program)[0].op.opcode == opcode


def test_every_row_is_expected_once() -> None:
    found = [decode(assemble(f"{text}\nexit"))[0].op for _, text in EXPECTED]
    assert Counter(id(op) for op in found) == Counter(id(op) for op in ROWS)


@pytest.mark.parametrize("opcode", range(256))
def test_opcode_is_known_exactly_if_the_rfc_knows_it(opcode: int) -> None:
    known = opcode in {each for each, _ in EXPECTED}
    assert (opcode in BY_OPCODE) == known
    if not known:
        with pytest.raises(AuthorError, match=f"slot 0: opcode {opcode:#04x} is "):
            decode(bytes([opcode, 0, 0, 0, 0, 0, 0, 0]))


def test_rows_of_one_opcode_differ_in_one_field() -> None:
    for rows in BY_OPCODE.values():
        fixed = [op.fixed for op in rows]
        assert len(set(fixed)) == len(rows)
        assert len(rows) == 1 or len({each[0] for each in fixed if each}) == 1


def test_conformance_groups() -> None:
    groups = Counter(op.group for op in ROWS)
    # 64-bit: 9 rows of arithmetic without mul and div, K and X; neg, 3 movsx; 22 jumps;
    # 3 byte swaps; 7 wide; ldx, st, stx; 3 ldxsx.
    assert groups["base64"] == 18 + 1 + 3 + 22 + 3 + 7 + 3 + 3
    # 32-bit: likewise; 2 movsx; 6 swaps; 9 loads and stores; 2 ja; 4 calls; exit.
    assert groups["base32"] == 18 + 1 + 2 + 22 + 6 + 9 + 2 + 4 + 1
    assert groups["divmul32"] == groups["divmul64"] == 10
    assert groups["atomic32"] == groups["atomic64"] == 10


def test_attributes_of_rows() -> None:
    by_text = {op.texts[0]: op for op in ROWS}
    movsx = by_text["wd = (s16)ws"]
    assert (movsx.kind, movsx.name, movsx.width, movsx.source_width) == (Kind.ALU, "movsx", 32, 16)
    assert by_text["rd += imm"].uses_imm
    assert not by_text["rd += rs"].uses_imm
    assert by_text["rs = xchg_64(rd off, rs)"].fetch
    assert by_text["gotol far"].width == 32
    assert by_text["rd = *(s8 *)(rs off)"].width == 8
    assert by_text["rd = be16 rd"].width == 16
