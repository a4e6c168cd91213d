# SPDX-License-Identifier: Apache-2.0
"""The corners of the language, each against CPython: what random filters do not reach."""

from __future__ import annotations

import textwrap
from random import Random
from typing import Any

import pytest

from compiler.authoring import function, with_body
from compiler.given import State
from laws.agreement import FAULTS
from lightexit.abi import IoContext, StateMemory, Verdict
from lightexit.compiler import generate
from lightexit.compiler.syntax.infer import infer_filter
from lightexit.compiler.typed.check import check
from lightexit.engine.interpreter import InterpreterEngine

_HELPERS = """
TABLE = (3, 500, 7, 0, 2)
SIGNED = (-3, 5, -(2**40))
BOOLS = (True, False, False)
FLAGS = (Flag.READY, Flag.ERROR | Flag.READY)
REGS = (Reg.DATA, 7, True)

bytes_of = bytes((200, 100))

class Holder:
    STEPS = (4, 8)

@inline
def looked_up(index: u64) -> u64:
    return TABLE[index]

@inline
def bump(s: State) -> u32:
    s.count = u32(s.count + 1)
    return s.count

@inline
def scaled(value: u64, by: int = 3, *, offset: u8 = 1) -> u64:
    return u64(value * by + offset)

@inline
def pick(s: State, n: u64) -> Timer:
    if n == 0:
        return s.first
    return s.timers[n % 3]

@inline
def total(values: Array[u8]) -> u64:
    result = 0
    for value in values:
        result = u64(result + value)
    return result

@inline
def pair(a: u64) -> tuple[u64, bool]:
    return a >> 1, a & 1 == 1

@inline
def twice(a: u64) -> tuple[u64, bool]:
    if a > 9:
        return pair(a)
    return 0, False

@inline
def named(reg: Reg) -> u64:
    return reg * 2

@inline
def first_set(s: State, mask: u8) -> int:
    for i in range(10):
        match s.ram[i] & mask:
            case 0:
                continue
            case 1 | 3:
                return -i
        if i == 7:
            break
    return 99

@inline
def turned(value: i64) -> u64:
    if value < 0:
        value = -1 - value
    return value

@inline
def verdict(s: State) -> Verdict:
    return Verdict.HANDLED if s.enabled else Verdict.PASS

@inline
def set_status(s: State) -> u8:
    s.status = u8(s.status + 1)
    return s.status

"""

#: Bodies of a filter `f(ctx: IoContext, s: State)` that must compile.
BODIES: dict[str, str] = {
    # What Python makes of flags, enums and bools
    "inverted_flag": "s.status = u8(s.status & ~Flag.READY)",
    "inverted_flags": "s.status = u8(s.status & ~(Flag.READY | Flag.ERROR))",
    "inverted_int_of_flag": "s.status = u8(s.status & ~int(Flag.READY))",
    "flag_of_value": "x = Flag.READY | s.count\ns.base = x + 1",
    "flag_through_u8": "x = u8(Flag.READY | s.count)\ns.base = u64(~int(x))",
    "enum_arithmetic": "s.base = Reg.DATA * 3 + Reg.STATUS",
    "enum_value": "s.base = Reg.DATA.value",
    "inverted_enum": "s.base = u64(~Reg.DATA)",
    "bool_arithmetic": "s.base = s.enabled + s.first.running + True",
    "bool_shift": "s.base = s.enabled << 7 | ctx.is_write",
    "bool_bitwise": "s.enabled = s.enabled ^ ctx.is_write",
    "bool_compared": "s.enabled = s.enabled == ctx.is_write",
    "bool_into_int": "s.count = s.enabled",
    "negative_bool": "s.base = u64(-s.enabled)",
    "verdict_local": "v = Verdict.PASS\nif s.enabled:\n    v = Verdict.HANDLED\nreturn v",
    "verdict_choice": "return Verdict.PASS if s.count > 5 else Verdict.HANDLED",
    "verdict_compared": "if verdict(s) == Verdict.PASS:\n    s.base = 1",
    "verdict_called": "return verdict(s)",
    # Order of evaluation
    "call_after_load": "s.base = s.count + bump(s)",
    "load_after_call": "s.base = bump(s) + s.count",
    "augmented_by_call": "s.count ^= bump(s) & 0xff",
    "index_after_value": "s.ram[s.count & 7] = u8(bump(s))",
    "index_once": "s.ram[bump(s) % 10] |= 1",
    "index_of_target_first": "s.ram[s.status % 10] ^= set_status(s)",
    "choice_of_target_first": "(s.first if s.count & 1 else s.timers[1]).count ^= bump(s)",
    "swap_elements": "i = s.count % 10\ns.ram[i], s.ram[0] = s.ram[0], s.ram[i]",
    "rotate_three": "a, b, c = s.count, s.status, s.control\na, b, c = b, c, a\n"
    "s.base = u64(a * 3 + b * 5 + c * 7)",
    "unpack_into_index": "s.status, s.ram[s.status % 10] = 3, 9",
    "chained_middle_once": "s.enabled = 2 < bump(s) < 100",
    "chained_stops": "s.enabled = 200 < s.count < bump(s)",
    "argument_order": "s.base = scaled(bump(s), offset=u8(bump(s)), by=bump(s))",
    # Aliases
    "alias": "a = s.timers[0]\nb = s.timers[s.count % 3]\nb.count = 77\ns.base = a.count",
    "alias_keeps_its_place": "i = s.count % 3\nt = s.timers[i]\ni = (i + 1) % 3\nt.count = 5\n"
    "s.timers[i].count = 6",
    "alias_of_array": "ram = s.ram\nram[3] = 9\ns.base = ram[s.count % 10]",
    "alias_again": "t = s.first\nif s.enabled:\n    t = s.timers[1]\nt.count = 5",
    "alias_in_loop": "t = s.first\nfor i in range(3):\n    t.count = i\n    t = s.timers[i]",
    "struct_result": "pick(s, s.count).count = 9\ns.base = pick(s, s.base).steps[1]",
    "struct_result_augmented": "pick(s, bump(s)).count ^= 0xff",
    "array_argument": "s.base = total(s.ram)",
    "context_alias": "access = ctx\naccess.data = access.offset",
    "loop_over_steps": "for step in s.timers[s.count % 3].steps:\n    s.base = u64(s.base + step)",
    # Calls
    "defaults": "s.base = scaled(s.count)",
    "keywords": "s.base = scaled(by=s.status, value=s.count)",
    "tuple_passed_on": "a, odd = twice(s.base)\ns.base = a\ns.enabled = odd",
    "enum_parameter": "s.base = named(Reg.DATA)",
    "returns_from_loops": "s.base = u64(first_set(s, s.status))",
    "method": "s.base = s.first.remaining(s.count)",
    "method_of_element": "s.base = s.timers[s.count].remaining(until=s.count)",
    "method_of_result": "s.base = pick(s, 1).remaining(7)",
    "call_in_condition": "if bump(s) > 5 and bump(s) & 1:\n    s.base = bump(s)",
    "call_in_while": "n = 0\nwhile bump(s) & 7 and n < 9:\n    n += 1\ns.base = n",
    "call_in_range": "n = 0\nfor i in range(bump(s) & 7):\n    n = u64(n + i)\ns.base = n",
    "length": "s.base = len(s.ram) + len(s.timers[0].steps)",
    # Numbers
    "negative_local": "d = s.count - s.first.count\ns.base = u64(d >> 3)",
    "negative_compared": "d = s.count - s.first.count\nif d < -5:\n    s.base = 1",
    "wide_local": "p = s.base * s.base\ns.base = u64(p + 1)",
    "wide_sum_compared": "if s.base + ctx.data < ctx.offset + 1:\n    s.base = 1",
    "wide_difference_compared": "if s.base - ctx.data > -3:\n    s.base = 1",
    "sign_of_difference": "if s.count - 1 < s.base:\n    s.base = 1",
    "constant_beyond_words": "if s.base + 5 > 2**64:\n    s.base = 1",
    "far_shift": "s.base = u64(s.base << s.status) | s.base >> s.status",
    "far_arithmetic_shift": "s.base = u64((s.count - 5) >> s.status)",
    "shifted_out": "s.base = u64(s.base << 64)",
    "annotated": "x: u8 = 200\nx = u8(x + 100)\ns.base = x",
    "declared_first": "x: u16\nx = s.control\ns.base = x",
    "min_of_many": "s.base = min(s.count, 7, s.status, s.control)",
    "max_of_signed": "s.base = u64(max(s.count - 9, -5))",
    "absolute": "s.base = abs(s.count - s.status)",
    "priority": "s.base = (s.status & -s.status).bit_length()",
    "bits": "s.base = s.base.bit_count()",
    # Signs
    "signed_fields": "s.skew, s.trim = s.trim, i8(s.skew)",
    "signed_of_unsigned": "s.skew = i64(s.base)\ns.trim = i8(s.count)",
    "signed_of_flag": "x = i32(Flag.READY | s.control)\ns.base = u64(~x)",
    "signed_of_bool": "s.trim = i8(s.enabled)",
    "signed_constant": "s.skew = i16(0x8001) + i8(255)",
    "signed_quotients": "s.skew = i64(s.skew // 7) ^ s.skew // 8 ^ s.trim // -3 ^ s.trim // -4",
    "signed_remainders": "s.skew = s.skew % 7 ^ s.skew % 8 ^ s.trim % -3 ^ s.trim % -4",
    "signed_by_signed": "s.skew = i64(s.skew // s.trim) ^ s.skew % s.trim",
    "unsigned_by_signed": "s.skew = i64(s.base // s.trim) ^ s.base % s.trim",
    "signed_by_unsigned": "s.skew = i64(s.skew // s.base)\ns.base = u64(s.trim % s.base)",
    "least_by_minus_1": "s.skew = -2**63\ns.base = u64(s.skew // (-1 - s.status // 256))",
    "least_by_least": "x: i64 = -2**63\ns.base = u64(x // (s.skew | -2**63))",
    "most_by_negative": "s.base = 2**64 - 1\ns.skew = i64(s.base // -1) ^ s.base % -7",
    "signed_shift": "s.skew = s.skew >> s.status",
    "signed_extremes": "s.skew = min(s.skew, s.trim, 5) ^ max(s.trim, -9)",
    "signed_magnitude": "s.base = abs(s.skew)\ns.status = abs(s.trim)",
    "signed_condition": "s.base = 1 if s.skew else 2\nif not s.trim:\n    s.count = 7",
    "signed_against_unsigned": "s.enabled = s.skew < s.base <= s.trim",
    "signed_bits": "s.base = u64(s.trim & 0xf0f) | u64(~s.skew ^ s.trim)",
    "signed_index": "s.base = s.ram[s.trim]",
    "signed_variable": "x: i32 = s.trim\nfor i in range(5):\n    x = i32(x * 3 - i)\ns.skew = x",
    "signed_countdown": "x: i8 = 5\nwhile x > -5:\n    x -= 1\n    s.base = u64(s.base + x)",
    "signed_counter": "i: i64\nfor i in range(3):\n    pass\nfor i in range(-9, 9, 5):\n"
    "    s.base = u64(s.base * 3 + i)",
    "signed_range": "for i in range(s.trim % 4, s.trim % -4, -1):\n    s.base = u64(s.base + i)",
    "signed_parameter": "s.base = turned(s.trim)",
    "signed_difference": "d: i64 = i64(s.base - ctx.data)\nif d < 0:\n    d = 0\ns.base = d",
    # Known bounds
    "count_up": "i = 0\nwhile i < 8:\n    i += 1\n    s.base = u64(s.base + i)",
    "count_down": "i = 9\nwhile i > 0:\n    i -= 1\n    s.ram[i] = 0",
    "tested_difference": "n = s.count\nif n >= 5:\n    s.count = n - 5",
    "tested_either_way": "n = s.count\nif n < 5 or n > 90:\n    return Verdict.PASS\ns.status = n",
    "tested_in_expression": "n = s.count\ns.count = n - 1 if n else 0",
    "tested_offset": "if ctx.offset < 4:\n    return Verdict.PASS\ns.base = ctx.offset - 4",
    "tested_sum": "i = ctx.offset\nif i + ctx.size > 10:\n    return Verdict.PASS\n"
    "s.base = s.ram[i]",
    "tested_in_call": "if ctx.offset > 255:\n    return Verdict.PASS\n"
    "s.base = scaled(1, ctx.offset)",
    "both_known": "i = s.count\nif not (2 <= i < 9):\n    return Verdict.PASS\ns.status = i - 2",
    "ruled_out": "n = s.count\nif n != 0:\n    s.base = s.base // n",
    "bounded_by_match": "match ctx.offset:\n    case 0 | 1:\n        s.status = ctx.offset\n"
    "    case 4 if s.enabled:\n        s.status = 9",
    # Tables
    "table": "s.base = TABLE[s.status % len(TABLE)]",
    "table_masked": "s.base = TABLE[s.status & 3]",
    "table_constant_index": "s.base = TABLE[1] + SIGNED[1] + 0x10 * BOOLS[0]",
    "table_signed": "d = SIGNED[s.status % 3]\nif d < 0:\n    s.base = u64(d)",
    "table_of_bools": "s.enabled = BOOLS[s.status % 3] and not BOOLS[s.count % 3]",
    "table_of_flags": "s.status = u8(s.status & ~int(FLAGS[s.status & 1]) & 0xff)",
    "table_of_enums": "s.base = REGS[s.status % 3]",
    "table_of_bytes": "s.base = b'abc'[s.status % 3] + bytes_of[s.count & 1]",
    "table_in_place": "s.base = (3, 9, PERIOD)[s.status % 3]",
    "table_of_class": "s.base = Holder.STEPS[s.status & 1]",
    "table_of_one": "s.base = (9,)[s.status * 0]",
    "table_in_call": "s.base = looked_up(s.status & 3)",
    "table_of_table": "s.base = TABLE[(4, 0, 3)[s.status % 3]]",
    "table_looped_over": "for each in TABLE:\n    s.base = u64(s.base * 3 + each)",
    "table_looped_over_signed": "for each in SIGNED:\n    s.base = u64(s.base * 3 + each)",
    "table_counted_over": "for i in range(len(TABLE)):\n    s.base = u64(s.base * 3 + TABLE[i])",
    "table_left_early": "for each in TABLE:\n    if each == s.status:\n        break\n"
    "    s.base = u64(s.base + each)",
    # Control
    "docstring": '"""What it does."""\ns.base = 1',
    "constant_condition": "if PERIOD == 10:\n    s.base = 1\nelse:\n    s.base = NAME",
    "break_keeps": "x = 0\nfor i in range(10):\n    if s.ram[i] == 0:\n        break\n    x = i\n"
    "s.base = x",
    "nested_break": "n = 0\nfor i in range(3):\n    for j in range(3):\n"
    "        if s.timers[i].steps[j]:\n            break\n        n = u64(n + 1)\n"
    "s.base = n",
    "changed_counter": "n = 0\nfor i in range(5):\n    n = u64(n + i)\n    i = 100\ns.base = n",
    "empty_range": "for i in range(0):\n    s.base = i\nfor i in range(5, 2):\n    s.base = i",
    "negative_range": "for i in range(-3, 3):\n    s.base = u64(s.base * 3 + i)",
    "backwards": "for i in range(9, -1, -3):\n    s.base = u64(s.base * 3 + s.ram[i])",
    "range_of_field": "for i in range(s.status & 15):\n    s.base = u64(s.base + i)",
    "while_true": "n = 0\nwhile True:\n    n = u64(n + 1)\n"
    "    if n > 5 or s.enabled:\n        break\ns.base = n",
    "continue_in_while": "n = 9\nwhile n:\n    n -= 1\n    if s.ram[n] & 1:\n        continue\n"
    "    s.base = u64(s.base + n)",
    "match_call": "match bump(s) & 3:\n    case 0:\n        s.base = 1\n    case 1 | 2:\n"
    "        s.base = 2\n    case _ if s.enabled:\n        s.base = 3",
    "match_negative": "d = s.status - 5\nmatch d:\n    case -5:\n        s.base = 1\n    case -4:\n"
    "        s.base = 2",
    "match_bool": "match s.enabled:\n    case 1:\n        s.base = 1",
    # Faults
    "fault_by_counter": "for i in range(-3, 3):\n    s.base = u64(s.base + s.ram[i])",
    "fault_by_long_counter": "for i in range(12):\n    s.base = u64(s.base + s.ram[i])",
    "fault_by_index": "s.base = s.ram[s.count]",
    "fault_by_negative_index": "s.base = s.ram[s.status - 5]",
    "fault_by_table": "s.base = TABLE[s.status]",
    "fault_by_bytes": "s.base = bytes_of[s.count]",
    "fault_by_wrapped_index": "s.base = TABLE[u64(s.status - 3)]",
    "fault_by_division": "s.base = s.base // s.count",
    "fault_by_signed_division": "s.skew = i64(s.skew // s.trim)",
    "fault_by_signed_modulo": "s.skew = s.skew % s.trim",
    "fault_by_signed_index": "s.ram[s.trim] = 5",
    "fault_by_modulo": "s.base = s.base % s.status",
    "fault_by_muldiv": "s.base = muldiv64(s.base, s.base, s.count)",
    "fault_never_reached": "s.enabled = s.count != 0 and s.base // s.count > 5",
}


def _inputs(name: str) -> list[tuple[bytes, bytes]]:
    """Contexts and states as bytes: small numbers, and any."""
    random = Random(name)
    found = []
    for round_ in range(24):
        pool = range(256) if round_ % 3 == 0 else (0, 0, 0, 1, 2, 5, 9)
        context = IoContext()
        context.offset, context.size = random.randrange(12), random.choice((1, 2, 4, 8))
        context.data, context.is_write = random.getrandbits(64), random.random() < 0.5
        found.append((bytes(context), bytes(random.choices(pool, k=State.layout.size))))
    return found


def _in_cpython(plain: Any, given: tuple[bytes, bytes]) -> Any:
    context, state = IoContext.view(bytearray(given[0])), State.view(bytearray(given[1]))
    try:
        verdict = plain(context, state)
    except FAULTS:
        return Verdict.PASS
    return verdict and (verdict, bytes(context), bytes(state))


def _interpreted(loaded: Any, given: tuple[bytes, bytes]) -> Any:
    context, memory = IoContext.view(bytearray(given[0])), StateMemory(State)
    memory.state.buffer[:] = given[1]
    verdict = loaded.run(context, [memory])
    return verdict and (verdict, bytes(context), bytes(memory.state))


@pytest.mark.parametrize("name", BODIES)
def test_means_what_it_means_in_python(name: str) -> None:
    body = BODIES[name]
    if not body.splitlines()[-1].startswith("return"):
        body += "\nreturn Verdict.HANDLED"
    plain = function(_HELPERS + with_body(body), f"{name}.py")
    loaded = InterpreterEngine().load(generate(check(infer_filter(plain))))
    for given in _inputs(name):
        assert _interpreted(loaded, given) == _in_cpython(plain, given)


def test_a_constant_of_an_enclosing_function() -> None:
    text = """
    def make(step: int):
        def f(ctx: IoContext, s: State) -> Verdict:
            s.base = step
            return Verdict.HANDLED
        return f

    f = make(7)
    """
    plain = function(textwrap.dedent(text))
    loaded = InterpreterEngine().load(generate(infer_filter(plain)))
    given = _inputs("closure")[0]
    assert _interpreted(loaded, given) == _in_cpython(plain, given)


def test_the_same_source_gives_the_same_tree() -> None:
    text = with_body("s.base = muldiv64(s.base, ctx.data, 7)\nreturn Verdict.HANDLED")
    first, second = (repr(infer_filter(function(text))) for _ in range(2))
    assert first == second
