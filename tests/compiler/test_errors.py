# SPDX-License-Identifier: Apache-2.0
"""What an author is told: every text is read, by us first. `--update-golden` writes them anew."""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Callable

import pytest

from compiler.authoring import function, with_body
from compiler.mistakes import complaint, followed
from lightexit.compiler import generate
from lightexit.compiler.syntax.infer import infer_filter
from lightexit.errors import AuthorError
from lightexit.verifier import VerifierError

#: Bodies of a filter `f(ctx: IoContext, s: State)`, by what is wrong with them.
BODIES: dict[str, str] = {
    # What the language is for
    "float": "s.base = 1.5",
    "string": "s.base = 'A'",
    "bytes": "s.base = b'A'",
    "none": "s.base = None",
    "ellipsis": "...",
    "float_constant": "s.base = RATIO",
    "string_constant": "s.base = NAME",
    "true_division": "s.base = s.base / 2",
    "power": "s.base = 2 ** s.count",
    "matrix": "s.base = s.base @ 2",
    "list": "x = [1, 2]",
    "tuple_value": "x = (1, 2)",
    "dict": "x = {1: 2}",
    "set": "x = {1, 2}",
    "comprehension": "x = sum(i for i in range(3))",
    "list_comprehension": "x = [i for i in range(3)]",
    "lambda": "x = lambda y: y",
    "formatted": "x = f'{s.base}'",
    "walrus": "if (x := s.base) > 1:\n    return Verdict.PASS",
    "slice": "x = s.ram[0:2]",
    "star": "x = min(*s.ram)",
    "barrier_value": "s.base = full_barrier()",
    "barrier_argument": "full_barrier(s.base)",
    "try": "try:\n    s.base = 1\nexcept IndexError:\n    pass",
    "raise": "raise ValueError",
    "assert": "assert s.base",
    "with": "with s.lock:\n    pass",
    "delete": "x = 1\ndel x",
    "global": "global PERIOD\nPERIOD = 1",
    "import": "import os",
    "import_from": "from os import path",
    "inner_function": "def g() -> int:\n    return 1",
    "inner_class": "class A:\n    pass",
    "yield": "yield 1",
    # Names
    "unknown_name": "s.base = PERIDO",
    "unknown_field": "s.bse = 1",
    "unknown_context_field": "ctx.data = ctx.address",
    "unknown_member": "if ctx.offset == Reg.DTA:\n    return Verdict.PASS",
    "unknown_function": "s.base = compute(s.base)",
    "module_function": "s.base = hash(s.base)",
    "not_inline": "s.base = helper(s.base)",
    "function_value": "s.base = helper",
    "class_value": "s.base = Reg",
    "method_value": "s.base = s.first.remaining",
    "unknown_method": "s.base = s.first.remain(1)",
    "method_of_int": "s.base = s.base.to_bytes()",
    "maybe_unassigned": "if s.enabled:\n    x = 1\ns.base = x",
    "unassigned_after_loop": "for i in range(ctx.size):\n    pass\ns.base = i",
    "unassigned": "s.base = x\nx = 1",
    # Sizes and signs
    "does_not_fit": "s.control = s.count",
    "may_be_negative": "s.count = s.count - 1",
    "may_exceed": "s.count += 1",
    "constant_too_large": "s.status = 256",
    "negative_constant": "s.status = -1",
    "annotated_local": "x: u8 = s.count",
    "repeated_local": "x = s.base\nx = x + 1",
    "repeated_local_augmented": "x = s.base\nx += 1",
    "shift_of_wide": "s.count = u32((s.base + s.base) >> 1)",
    "division_of_wide": "s.count = u32(s.base * s.base // PERIOD)",
    "division_of_wide_difference": "s.skew = (s.base - ctx.data) // 2",
    "modulo_of_wide_difference": "s.skew = (s.base - ctx.data) % 3",
    "signed_field": "s.skew = s.base",
    "signed_local": "x: i16 = s.count",
    "negative_shift_count": "s.base = u64(1 << s.count - 1)",
    "comparison_of_wide": "if s.base * s.base > 5:\n    return Verdict.PASS",
    "condition_of_wide": "if s.base + 1:\n    return Verdict.PASS",
    "wide_index": "s.base = s.ram[s.base + 1]",
    "muldiv_of_wide": "s.base = muldiv64(s.base + 1, 3, 4)",
    "huge_constant": "s.base = u64(1 << 600)",
    "min_of_signs": "s.base = u64(min(s.base, s.count - 1))",
    "range_without_end": "for i in range(s.base):\n    pass",
    # Kinds
    "int_for_bool": "s.enabled = s.count",
    "struct_for_int": "s.base = s.first",
    "array_for_int": "s.base = s.ram",
    "context_for_int": "s.base = ctx",
    "nothing_for_int": "s.base = ctx.raise_line(1)",
    "bool_chain_value": "s.enabled = s.count and s.enabled",
    "struct_condition": "if s.first:\n    return Verdict.PASS",
    "int_has_no_field": "s.base = s.count.low",
    "array_has_no_field": "s.base = s.timers.count",
    "int_has_no_element": "s.base = s.count[1]",
    "whole_struct": "s.timers[0] = s.timers[1]",
    "whole_array": "s.ram = s.ram",
    "mixed_local": "x = s.enabled\nx = s.count",
    "mixed_choice": "x = s.first if s.enabled else s.count",
    "invert_bool": "s.base = u64(~s.enabled)",
    "invert_flag": "x = Flag.READY | s.status\ns.status = u8(~x)",
    "flag_with_negative": "s.base = u64(Flag.READY | s.count - 5)",
    "identity": "if s.enabled is True:\n    return Verdict.PASS",
    "membership": "if s.count in s.ram:\n    return Verdict.PASS",
    "member_not_constant": "if s.count in (1, s.status):\n    return Verdict.PASS",
    "unpack_int": "a, b = s.count",
    "unpack_count": "a, b = 1, 2, 3",
    "unpack_nested": "(a, b), c = s.count, 1",
    "unused_value": "s.count + 1",
    "len_of_int": "s.base = len(s.count)",
    # Places
    "read_only": "ctx.offset = 1",
    "read_only_augmented": "ctx.size |= 1",
    "index_out_of_range": "s.base = s.ram[10]",
    "negative_index": "s.base = s.ram[-1]",
    "divide_by_zero": "s.base = s.base // 0",
    "modulo_zero": "s.base = s.base % 0",
    "muldiv_by_zero": "s.base = muldiv64(s.base, 3, 0)",
    # Control
    "missing_return": "if s.enabled:\n    return Verdict.PASS",
    "return_int": "return 1",
    "return_nothing": "return",
    "return_bool": "return s.enabled",
    "dead_code": "return Verdict.PASS\ns.base = 1",
    "for_else": "for i in range(3):\n    pass\nelse:\n    s.base = 1",
    "while_else": "while s.enabled:\n    break\nelse:\n    s.base = 1",
    "for_over_int": "for i in s.count:\n    pass",
    "for_over_enumerate": "for i, x in enumerate(s.ram):\n    pass",
    "range_value": "x = range(3)",
    "range_arguments": "for i in range():\n    pass",
    "range_step": "for i in range(0, 9, s.count):\n    pass",
    "case_name": "match s.count:\n    case DATA:\n        return Verdict.PASS",
    "case_true": "match s.enabled:\n    case True:\n        return Verdict.PASS",
    "case_sequence": "match s.count:\n    case [1, 2]:\n        return Verdict.PASS",
    # Calls
    "too_many_arguments": "s.base = double(1, 2)",
    "missing_argument": "s.base = double()",
    "unknown_keyword": "s.base = double(y=1)",
    "argument_too_large": "s.base = double(s.base)",
    "argument_kind": "s.base = first_of(s.count)",
    "wrap_arguments": "s.base = u8(1, 2)",
    "recursion": "s.base = forever(1)",
    "mutual_recursion": "s.base = ping(1)",
    "inline_missing_return": "s.base = sometimes(s.enabled)",
    "inline_result_too_large": "s.base = overflowing(s.count)",
    "inline_without_type": "s.base = untyped(1)",
    "inline_without_result_type": "s.base = unreturned(1)",
    "inline_odd_type": "s.base = texted(1)",
    "inline_returns_value": "effect(s)",
    "inline_star": "s.base = starred(1)",
    "star_arguments": "s.base = double(*s.ram)",
    "repeated_argument": "s.base = double(1, x=2)",
    "decorated_inline": "s.base = cached(1)",
    "parameter_changes_sign": "s.base = until_zero(s.count - 5)",
    "two_types": "x: u8 = 1\nx: u16 = 2",
    "error_in_inline": "s.base = broken(s)",
    "too_large": "\n".join(["s.base = u64(s.base * 3 + muldiv64(s.base, s.base, ctx.data))"] * 40),
    "too_deep": "s.base = u64(" + "+".join(["s.base"] * 900) + ")",
    "too_much_stack": "\n".join(f"v{i} = s.base ^ ctx.data * {2 * i + 3}" for i in range(80))
    + "\n"
    + "\n".join(f"s.base = u64(s.base * 5 + v{i})" for i in range(80)),
}

_HELPERS = """\
def helper(x: u64) -> u64:
    return x

@inline
def double(x: u32) -> u64:
    return 2 * x

@inline
def first_of(timer: Timer) -> u32:
    return timer.count

@inline
def forever(x: u64) -> u64:
    return forever(x)

@inline
def ping(x: u64) -> u64:
    return pong(x)

@inline
def pong(x: u64) -> u64:
    return ping(x)

@inline
def sometimes(x: bool) -> u64:
    if x:
        return 1

@inline
def overflowing(x: u32) -> u32:
    return x + 1

@inline
def untyped(x) -> u32:
    return x

@inline
def unreturned(x: u32):
    return x

@inline
def texted(x: str) -> u32:
    return 1

@inline
def effect(s: State) -> None:
    return s.base

@inline
def starred(*x: u32) -> u32:
    return 1

@functools.lru_cache
@inline
def cached(x: u32) -> u32:
    return x

@inline
def until_zero(x: int) -> u64:
    rounds = 0
    while x != 0 and rounds < 5:
        rounds += 1
        if x < 0:
            x = 3
        else:
            x = x // 2
    return rounds

@inline
def broken(s: State) -> u32:
    return s.count.low

"""

#: Whole modules, by what is wrong with the filter's signature.
MODULES: dict[str, str] = {
    "no_parameters": "def f() -> Verdict:\n    return Verdict.PASS",
    "no_context": "def f(s: State) -> Verdict:\n    return Verdict.PASS",
    "context_without_type": "def f(ctx) -> Verdict:\n    return Verdict.PASS",
    "state_without_type": "def f(ctx: IoContext, s) -> Verdict:\n    return Verdict.PASS",
    "state_of_int": "def f(ctx: IoContext, s: u32) -> Verdict:\n    return Verdict.PASS",
    "empty_state": (
        "class Empty(Struct):\n    pass\n\n"
        "def f(ctx: IoContext, s: Empty) -> Verdict:\n    return Verdict.PASS"
    ),
    "unknown_type": "def f(ctx: IoContext, s: 'Stat') -> Verdict:\n    return Verdict.PASS",
    "no_result_type": "def f(ctx: IoContext):\n    return Verdict.PASS",
    "wrong_result_type": "def f(ctx: IoContext) -> bool:\n    return True",
    "default": "def f(ctx: IoContext, s: State = None) -> Verdict:\n    return Verdict.PASS",
    "star_parameters": "def f(ctx: IoContext, *s: State) -> Verdict:\n    return Verdict.PASS",
    "is_lambda": "f = lambda ctx, s: Verdict.PASS",
}


def cases() -> dict[str, str]:
    """The text behind the header of each case."""
    bodies = {
        name: f"{with_body(body + _ending(name))}\n\n{_HELPERS}" for name, body in BODIES.items()
    }
    return bodies | MODULES


def _ending(name: str) -> str:
    without = (
        "raise",
        "missing_return",
        "return_nothing",
        "return_int",
        "return_bool",
        "dead_code",
    )
    return "" if name in without else "\nreturn Verdict.HANDLED"


@functools.cache
def message(name: str) -> str:
    """What the compiler says; all but one kind of error comes before LLVM."""
    plain = function(cases()[name], f"{name}.py")
    with pytest.raises(AuthorError) as caught:
        generate(infer_filter(plain))
    return str(caught.value)


@pytest.mark.parametrize("name", cases())
def test_the_message_is_the_one_we_read(name: str, golden: Callable[[str, str], None]) -> None:
    shown = BODIES.get(name, MODULES.get(name, ""))
    if len(shown) > 500:
        shown = textwrap.shorten(shown, 120)
    golden(f"errors/{name}.txt", f"{shown}\n\n{message(name)}\n")


@pytest.mark.parametrize("name", cases())
def test_every_message_has_place_caret_and_expectation(name: str) -> None:
    text = message(name)
    assert text.startswith(f"{name}.py:")
    if name != "is_lambda":
        assert "^" in text
        assert "  expected: " in text


def test_there_is_a_way_out_nearly_everywhere() -> None:
    ways = [name for name in cases() if "  try: " in message(name) or "  help: " in message(name)]
    assert len(ways) > 0.9 * len(cases())


@pytest.mark.parametrize("name", cases())
def test_hints_that_are_followed_lead_to_a_filter(name: str) -> None:
    text = cases()[name]
    error = complaint(text, f"{name}.py")
    assert error is not None
    if not error.hint:
        return
    for step in range(4):
        text = followed(text, error)
        error = complaint(text, f"{name}_{step}.py")
        if error is None or isinstance(error, VerifierError):
            return
        assert error.hint, f"a dead end:\n{text}\n{error}"
    pytest.fail(f"no end of hints: {error}")


def test_a_function_without_source_is_refused() -> None:
    names: dict[str, object] = {}
    exec("def f(ctx): return 0", names)
    with pytest.raises(AuthorError, match=r"source of f cannot be read"):
        infer_filter(names["f"])  # type: ignore[arg-type]


def test_what_is_no_function_is_refused() -> None:
    with pytest.raises(AuthorError, match="not a function"):
        infer_filter(len)
