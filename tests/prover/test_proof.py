# SPDX-License-Identifier: Apache-2.0
"""What is right is proved, what is wrong is refuted by an input, and nothing by omission."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lightexit.abi import Array, IoContext, Struct, Verdict, array, i32, u8, u32, u64
from lightexit.compiler import generate
from lightexit.compiler.lowering import ranges
from lightexit.compiler.lowering.emit import Emitter
from lightexit.compiler.syntax.infer import infer_filter
from lightexit.compiler.typed.check import check
from lightexit.devices.hpet import read_counter
from lightexit.devices.i440fx import access_configuration
from lightexit.devices.rtc import access_cmos
from lightexit.devices.uart import read_status
from lightexit.devices.virtio_mmio import notify
from lightexit.filter import Filter, inline, io_filter, muldiv64
from lightexit.isa import Program, assemble

pytest.importorskip("z3", reason="z3 is not installed (extra prove)")
from lightexit.prover.proof import PROVED, REFUTED, UNKNOWN, Proof, prove, prove_filter
from lightexit.prover.query import Budget


class Chip(Struct):
    """Some state of each kind."""

    count: u64
    level: u8
    is_on: bool
    skew: i32
    cells: Array[u8] = array(u8, 8)
    wide: Array[u32] = array(u32, 100)


TABLE = (3, 500, 70_000, 9)


@inline
def stepped(value: u32, by: u32 = 3) -> u64:
    return value + by


@io_filter
def count_down(ctx: IoContext, chip: Chip) -> Verdict:
    total = 0
    for i in range(5, chip.level & 3, -2):
        total = u64(total + chip.cells[i])
        if total > chip.count:
            break
    ctx.data = total
    return Verdict.HANDLED


@io_filter
def of_everything(ctx: IoContext, chip: Chip) -> Verdict:
    if ctx.is_write:
        chip.wide[ctx.offset % 100] = u32(ctx.data)
        chip.is_on = chip.level > 3 and not chip.is_on
        ctx.raise_line(2)
        return Verdict.HANDLED
    value = TABLE[chip.level % len(TABLE)] + stepped(chip.wide[ctx.offset % 100])
    value = u64(value + chip.skew // 7 % 5 + muldiv64(chip.count, 1000, 7))
    ctx.data = u64(value) if chip.is_on else min(chip.level, 9)
    return Verdict.HANDLED


@io_filter
def faulty(ctx: IoContext, chip: Chip) -> Verdict:
    ctx.data = chip.cells[ctx.offset] // chip.level
    return Verdict.HANDLED


@pytest.mark.parametrize("filter", [count_down, of_everything, faulty], ids=lambda each: each.name)
def test_what_the_compiler_makes_is_proved(filter: Filter[Any]) -> None:
    proof = prove_filter(filter)
    assert proof.verdict == PROVED, proof
    assert proof.paths > 1


@pytest.mark.parametrize(
    "filter",
    [read_counter, access_configuration, access_cmos, read_status, notify],
    ids=lambda each: each.name,
)
def test_filters_of_devices_are_proved(filter: Filter[Any]) -> None:
    assert prove_filter(filter).verdict == PROVED


def compiled(function: Callable[..., Any]) -> Program:
    """By the compiler as it is now: nothing is taken from the cache, or put there."""
    return generate(check(infer_filter(function)))


def compiled_by(
    filter: Filter[Any], changed: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> Proof:
    """What is proved of a filter that a compiler has compiled with one thing wrong."""
    code, right = filter.program.code, Emitter.value

    def value(emit: Emitter, span: Any, text: str) -> str:
        return right(emit, span, changed(text))

    monkeypatch.setattr(Emitter, "value", value)
    program = compiled(filter.function)
    assert program.code != code
    kinds = [kind for kind in filter.states if kind is not None]
    return prove(filter.function, program, kinds)


def changed(pattern: str, by: Any) -> Callable[[str], str]:
    return lambda text: re.sub(pattern, by, text)


@pytest.mark.parametrize(
    ("filter", "change"),
    [
        (access_configuration, changed(r"icmp ult", "icmp ule")),
        (access_configuration, changed(r"icmp eq i64 (.*), 4", r"icmp ne i64 \1, 4")),
        (access_configuration, changed(r"and i64 (\S+), 63", r"add i64 \1, 0")),
        (access_configuration, changed(r"lshr i64 (\S+), 8", r"lshr i64 \1, 7")),
        (of_everything, changed(r"icmp slt", "icmp ult")),
        (access_cmos, changed(r"and i64", "or i64")),
        (
            notify,
            changed(r"icmp (eq|ne)", lambda found: "icmp " + {"eq": "ne", "ne": "eq"}[found[1]]),
        ),
    ],
)
def test_a_compiler_that_is_wrong_is_found(
    filter: Filter[Any], change: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    proof = compiled_by(filter, change, monkeypatch)
    assert proof.verdict == REFUTED, proof
    assert proof.differences


def test_a_range_that_counts_down_past_0(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a compiler did it once: the counter compared as a number of no sign."""
    monkeypatch.setattr(ranges, "sign_of", lambda loop: "u")
    proof = prove(count_down.function, compiled(count_down.function), [Chip])
    assert proof.verdict == REFUTED
    assert "def test_count_down_does_what_its_source_says" in proof.test


def test_a_counterexample_is_a_test_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    program = compiled(count_down.function)
    monkeypatch.setattr(ranges, "sign_of", lambda loop: "u")
    wrong = Filter(count_down.function)
    wrong.__dict__["program"] = compiled(count_down.function)
    proof = prove_filter(wrong)
    names: dict[str, Any] = {}
    text = re.sub(r"from \S*test_proof import .*", "", proof.test)
    names |= {"Chip": Chip, "count_down": wrong}
    exec(text, names)
    with pytest.raises(AssertionError, match="source and bytecode differ"):
        names["test_count_down_does_what_its_source_says"]()
    wrong.__dict__["program"] = program
    names["test_count_down_does_what_its_source_says"]()


def bytecode(text: str) -> Proof:
    """What is proved of a filter whose bytecode is this."""
    program = assemble(f".map chip {count_down.program.maps[0].size}\n{text}\nexit")

    def source(ctx: IoContext, chip: Chip) -> Verdict:
        return Verdict.PASS

    return prove(source, program, [Chip])


def test_every_part_is_compared() -> None:
    assert bytecode("r0 = 0").verdict == PROVED
    assert bytecode("r0 = 1").verdict == REFUTED
    for store in ("*(u8 *)(r2 + 16) = 1", "*(u8 *)(r2 + 4) = 1", "*(u8 *)(r2 + 100) = 1"):
        proof = bytecode(f"r2 = map_value(0) + 0\n{store}\nr0 = 0")
        assert proof.verdict in (REFUTED, UNKNOWN), store
    # The context means nothing after PASS.
    assert bytecode("*(u64 *)(r1 + 8) = 7\nr0 = 0").verdict == PROVED


@io_filter
def raises(ctx: IoContext, chip: Chip) -> Verdict:
    chip.level = ctx.data  # no filter: the compiler refuses it
    return Verdict.HANDLED


def test_an_exception_of_the_source_is_no_pass() -> None:
    program = assemble(
        f".map chip {count_down.program.maps[0].size}\n"
        "r2 = map_value(0) + 16\nr3 = *(u64 *)(r1 + 8)\n*(u8 *)(r2 + 8) = r3\nr0 = 1\nexit"
    )
    proof = prove(raises.function, program, [Chip])
    assert proof.verdict == REFUTED
    assert "OverflowError" in proof.differences[0]


@io_filter
def many_paths(ctx: IoContext, chip: Chip) -> Verdict:
    total = 0
    for cell in chip.cells:
        if cell > total:
            total = cell
    ctx.data = total
    return Verdict.HANDLED


@pytest.mark.parametrize(
    ("budget", "reason"),
    [
        (Budget(paths=20), "more than 20 paths"),
        (Budget(seconds=0.01), "the 0.01 s are used up"),
    ],
)
def test_a_budget_holds(budget: Budget, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    proof = prove_filter(many_paths, budget)
    assert (proof.verdict, proof.reason) == (UNKNOWN, reason)


def test_what_z3_does_not_say_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A product of 128 bits, taken apart in two ways; the source is right, but that is not seen."""

    def source(ctx: IoContext) -> Verdict:
        ctx.data = u64(ctx.offset * ctx.data * ctx.now_ns)
        return Verdict.HANDLED

    program = assemble(
        "r2 = *(u64 *)(r1 + 0)\nr3 = *(u64 *)(r1 + 8)\nr4 = *(u64 *)(r1 + 16)\n"
        "r5 = r4\nr5 ^= 5\nr5 ^= 5\nr3 *= r5\nr5 = r3\nr5 &= 1\nr3 ^= r5\nr3 *= r2\nr5 *= r2\n"
        "r3 += r5\n*(u64 *)(r1 + 8) = r3\nr0 = 1\nexit"
    )
    proof = prove(source, program, [], Budget(goal_s=0.2))
    assert proof.verdict == UNKNOWN
    assert proof.reason == "not shown: ctx.data"


def test_a_state_of_unknown_type_is_no_proof() -> None:
    from lightexit.errors import AuthorError

    wrong = Filter(count_down.function)
    wrong.__dict__["states"] = (None,)
    with pytest.raises(AuthorError, match="type of a state of count_down"):
        prove_filter(wrong)


def test_a_proof_says_what_it_took() -> None:
    proof = prove_filter(read_counter)
    assert proof.pairs >= proof.paths > 0
    assert replace(proof, seconds=0) == replace(prove_filter(read_counter), seconds=0)
