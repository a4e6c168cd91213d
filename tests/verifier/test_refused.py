# SPDX-License-Identifier: Apache-2.0
"""Programs that are refused, and the words they are refused with."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from lightexit.errors import AuthorError
from lightexit.isa import Instruction, Program, assemble
from lightexit.verifier import Limits, VerifierError, analysis, verify
from lightexit.verifier.prepare import Prepared, prepared
from lightexit.verifier.state import State
from lightexit.verifier.transfer import Transfer, Ways

SAFE = Limits(answers=False)


@dataclass(frozen=True)
class Case:
    """Assembler text, and parts of what the refusal says."""

    text: str
    says: tuple[str, ...]
    limits: Limits = SAFE


SAFETY = {
    "an index one too large": Case(
        """
        .map pit 64
        r2 = *(u64 *)(r1 + 8)
        r0 = 0
        if r2 > 48 goto out
        r3 = map_value(0) + 16
        r3 += r2
        r0 = *(u8 *)(r3 + 0)
        out: exit""",
        (
            "asm: reads 1 bytes at offset 16 to 64 of state 'pit', which has 64 bytes",
            "r0 = *(u8 *)(r3 + 0)\n    ^^^",
            "expected: offsets 16 to 63",
            "help: check the index against the array's length first",
            "state: r3 is a pointer to state 'pit' + [16, 64]; state 'pit' has 64 bytes",
            "path: line 5: 2: if r2 > 48 goto L7, not taken",
        ),
    ),
    "an index without a bound": Case(
        ".map s 64\nr2 = *(u64 *)(r1 + 8)\nr3 = map_value(0) + 16\nr3 += r2\nexit",
        ("any u64 is added to a pointer to state 's'", "an index with a bound"),
    ),
    "an index one too large for read-only data": Case(
        """
        .rodata 01 02 03 04
        r2 = *(u64 *)(r1 + 8)
        r0 = 0
        if r2 > 4 goto out
        r3 = map_value(0) + 0
        r3 += r2
        r0 = *(u8 *)(r3 + 0)
        out: exit""",
        (
            "reads 1 bytes at offset 0 to 4 of the read-only data, which has 4 bytes",
            "expected: offsets 0 to 3",
            "help: check the index against the table's length first",
        ),
    ),
    "a write into read-only data": Case(
        ".rodata 01 02 03 04\nr3 = map_value(0) + 0\n*(u8 *)(r3 + 1) = 1\nr0 = 0\nexit",
        (
            "writes through a pointer to the read-only data",
            "expected: reads of it only",
            "help: keep data that changes in a state",
        ),
    ),
    "an atomic operation in read-only data": Case(
        ".rodata 01 02 03 04 05 06 07 08\nr3 = map_value(0) + 0\nr0 = 1\n"
        "lock *(u64 *)(r3 + 0) += r0\nexit",
        ("writes through a pointer to the read-only data",),
    ),
    "an address behind read-only data": Case(
        ".rodata 01 02\nr3 = map_value(0) + 2\nr0 = 0\nexit",
        ("takes the address of byte 2 of the read-only data", "an offset from 0 to 1"),
    ),
    "read-only data where there is none": Case(
        ".map s 64\nr3 = map_value(1) + 0\nr0 = 0\nexit",
        ("refers to state 1", "an index below 1"),
    ),
    "the header": Case(
        ".map s 64\nr3 = map_value(0) + 0\nr0 = *(u64 *)(r3 + 8)\nexit",
        ("reads 8 bytes at offset 8 of state 's'", "the first 16 of them reserved for the host"),
    ),
    "a negative index": Case(
        ".map s 64\nr2 = *(u8 *)(r1 + 8)\nr3 = map_value(0) + 16\nr3 -= r2\n"
        "r0 = *(u8 *)(r3 + 0)\nexit",
        ("reads 1 bytes at offset -239 to 16 of state 's'",),
    ),
    "a state that is not there": Case(
        "r3 = map_value(1) + 16\nr0 = 0\nexit",
        ("refers to state 1", "no state: the program declares none"),
    ),
    "an address past the end": Case(
        ".map s 64\nr3 = map_value(0) + 64\nr0 = 0\nexit",
        ("takes the address of byte 64 of state 's'", "an offset from 0 to 63"),
    ),
    "a register never written": Case(
        "r0 = r7\nexit",
        ("r7 is read, but nothing was written to it", "give the variable a value before"),
    ),
    "a register written on one path": Case(
        "r2 = *(u64 *)(r1 + 0)\nif r2 == 0 goto +1\nr3 = 1\nr0 = r3\nexit",
        ("r3 is read, but nothing", "path: line 2: 1: if r2 == 0 goto L3, taken"),
    ),
    "a register clobbered by a call": Case(
        "call f\nr0 = r1\nexit\nf: r0 = 0\nexit",
        ("r1 is read, but nothing", "calls clobber r1 to r5"),
    ),
    "stack never written": Case(
        "*(u32 *)(r10 - 8) = 1\nr0 = *(u64 *)(r10 - 8)\nexit",
        ("reads stack byte -4, which was never written",),
    ),
    "stack below its end": Case(
        "*(u8 *)(r10 - 513) = 1\nr0 = 0\nexit",
        ("writes 1 bytes at -513 to -513 of the stack", "offsets from -512 up to below 0"),
    ),
    "stack above the frame": Case(
        "r0 = *(u64 *)(r10 + 0)\nexit", ("reads 8 bytes at 0 to 0 of the stack",)
    ),
    "part of a pointer": Case(
        "*(u64 *)(r10 - 8) = r1\nr0 = *(u32 *)(r10 - 8)\nexit",
        ("reads stack byte -8, which is part of a pointer", "the whole pointer"),
    ),
    "what is left of a pointer": Case(
        "*(u64 *)(r10 - 8) = r1\n*(u8 *)(r10 - 8) = 0\nr0 = *(u64 *)(r10 - 8)\nexit",
        ("reads stack byte -7, which was never written",),
    ),
    "a misaligned stack access": Case(
        "*(u64 *)(r10 - 12) = 1\nr0 = 0\nexit", ("need not be a multiple of 8", "aligned")
    ),
    "a number as an address": Case(
        "r2 = 64\nr0 = *(u64 *)(r2 + 0)\nexit",
        ("r2 is the number 64, used as an address", "a pointer to the context, a state or"),
    ),
    "context past its end": Case(
        "r0 = *(u64 *)(r1 + 64)\nexit", ("reads 8 bytes at ctx + 64", "64 bytes")
    ),
    "misaligned context": Case(
        "r0 = *(u32 *)(r1 + 2)\nexit", ("reads 4 bytes at ctx + 2", "aligned access")
    ),
    "a moved context pointer": Case(
        "r1 += 8\nr0 = *(u64 *)(r1 + 0)\nexit",
        ("reads the context through a pointer to the context + 8", "Linux's verifier requires"),
    ),
    "an index into the context": Case(
        "r2 = *(u64 *)(r1 + 0)\nr2 &= 7\nr1 += r2\nexit",
        ("a u8 in [0, 7] is added to the pointer to the context", "has no arrays"),
    ),
    "a field of the host": Case(
        "*(u64 *)(r1 + 16) = 0\nr0 = 0\nexit",
        ("writes ctx.now_ns, which only the host writes", "one of ctx.data, ctx.doorbells"),
    ),
    "an atomic on the context": Case(
        "r2 = 1\nlock *(u64 *)(r1 + 8) += r2\nr0 = 0\nexit", ("ctx + 8 atomically",)
    ),
    "a pointer stored into state": Case(
        ".map s 64\nr2 = map_value(0) + 16\n*(u64 *)(r2 + 0) = r10\nr0 = 0\nexit",
        (
            "stores a pointer to the stack into state 's'",
            "addresses must not leave the program",
            "store an index instead of the pointer",
        ),
    ),
    "a pointer stored into the context": Case(
        "*(u64 *)(r1 + 8) = r1\nr0 = 0\nexit",
        ("stores a pointer to the context into the context",),
    ),
    "half a pointer stored": Case(
        "*(u32 *)(r10 - 8) = r1\nr0 = 0\nexit",
        ("keeps a pointer to the context on the stack, 4 bytes of it",),
    ),
    "a pointer returned": Case("r0 = r1\nexit", ("the verdict is a pointer to the context",)),
    "a pointer multiplied": Case(
        "r0 = 0\nr1 *= 2\nexit",
        ("`mul` of 64 bits on a pointer: r1 is a pointer to the context", "must not become data"),
    ),
    "a pointer truncated": Case(
        "r0 = 0\nw2 = w1\nexit", ("r1 is a pointer to the context, used in a move of less than",)
    ),
    "pointers into different memory compared": Case(
        "r0 = 0\nif r1 > r10 goto +0\nexit", ("a comparison that depends on addresses",)
    ),
    "pointers into different memory subtracted": Case(
        "r0 = r10\nr0 -= r1\nexit", ("r0 is a pointer to the stack; r1 is a pointer to the",)
    ),
    "an atomic with a pointer": Case(
        ".map s 24\nr2 = map_value(0) + 16\nr0 = 0\nlock *(u64 *)(r2 + 0) += r1\nexit",
        ("r1 is a pointer to the context, used in an atomic operation",),
    ),
    "a misaligned atomic": Case(
        ".map s 32\nr2 = map_value(0) + 20\nr0 = 0\nlock *(u64 *)(r2 + 0) += r0\nexit",
        ("need not be a multiple of 8",),
    ),
    "a loop without a bound": Case(
        "loop: r2 = *(u64 *)(r1 + 8)\nif r2 != 7 goto loop\nr0 = 0\nexit",
        (
            "loops without a bound",
            "a loop that counts to a constant",
            "help: for i in range(N):",
        ),
    ),
    "a loop over itself": Case("loop: goto loop", ("loops without a bound",)),
    "a loop whose counter is reset": Case(
        "r2 = 0\nloop: r2 += 1\nr2 &= 7\nif r2 < 8 goto loop\nr0 = 0\nexit",
        ("loops without a bound",),
    ),
    "a very long loop": Case(
        "r2 = 0\nloop: r2 += 1\nif r2 < 1000000 goto loop\nr0 = 0\nexit",
        ("a run may execute 2000003 instructions", "give loops smaller bounds"),
        Limits(answers=False, states=5000),
    ),
    "a long run": Case(
        "r2 = 0\nloop: r2 += 1\nif r2 < 1000 goto loop\nr0 = 0\nexit",
        ("a run may execute 2003 instructions", "expected: at most 1000"),
        Limits(answers=False, instructions=1000),
    ),
    "a helper": Case(
        "call 5\nexit", ("calls helper ktime_get_ns", "help: read VM time from ctx.now_ns")
    ),
    "an unknown helper": Case("call 4711\nexit", ("calls helper number 4711",)),
    "recursion": Case(
        "call f\nexit\nf: call f\nexit",
        ("calls the function at instruction 2, which is on the call stack",),
    ),
    "nine functions deep": Case(
        "call f1\nexit\n"
        + "".join(f"f{n}: call f{n + 1}\nexit\n" for n in range(1, 9))
        + "f9: r0 = 0\nexit",
        ("calls a function with 8 frames on the call stack",),
    ),
    "too much stack in a chain of calls": Case(
        "*(u64 *)(r10 - 256) = 0\ncall f\nexit\nf: *(u64 *)(r10 - 264) = 0\nr0 = 0\nexit",
        ("the functions of one call chain use 544 bytes of stack", "at most 512 bytes"),
    ),
    "a pointer to a dead frame": Case(
        "call f\nr0 = 0\nexit\nf: r0 = r10\nexit", ("returns a pointer to its own stack",)
    ),
    "a pointer to a dead frame, kept": Case(
        "r1 = r10\ncall f\nr0 = 0\nexit\nf: *(u64 *)(r1 - 8) = r10\nr0 = 0\nexit",
        ("keeps a pointer to the stack on the stack of a caller",),
    ),
    "a null pointer": Case(
        ".map s 24\n*(u32 *)(r10 - 4) = 0\nr1 = map_by_idx(0)\nr2 = r10\nr2 += -4\ncall 1\n"
        "r0 = *(u64 *)(r0 + 16)\nexit",
        ("r0 is null or a pointer to state 's', and is used", "help: compare it with 0 first"),
        Limits(answers=False, helpers=frozenset({1})),
    ),
    "dead code": Case("r0 = 0\nexit\nr0 = 1\nexit", ("instruction 2 is unreachable: `r0 = 1`",)),
    "a division by constant zero": Case("r0 = 1\nr0 /= 0\nexit", ("divides by the constant 0",)),
    "a shift out of the register": Case("r0 = 1\nr0 <<= 64\nexit", ("shifts by 64",)),
    "what only a loader knows": Case(
        "r0 = var_addr(1)\nexit", ("loads the address of something outside", "a state by index")
    ),
    "an indirect call": Case("r0 = 0\ncallx r0\nexit", ("calls a function outside the program",)),
}

LAWS = {
    "a verdict that is none": Case(
        "r0 = 2\nexit", ("the verdict is the number 2", "0 (PASS) or 1 (HANDLED)"), Limits()
    ),
    "a PASS after a write": Case(
        """
        .map s 24
        r2 = map_value(0) + 16
        *(u64 *)(r2 + 0) = 1
        r3 = *(u64 *)(r1 + 0)
        r0 = 1
        *(u64 *)(r1 + 8) = 0
        if r3 == 0 goto out
        r0 = 0
        out: exit""",
        (
            "<asm>:4:9: asm: may PASS after it has changed a state (line 4)",
            "if r3 == 0 goto",
            "HANDLED whenever a state was written",
            "decide first and write last",
        ),
        Limits(),
    ),
    "a read without an answer": Case(
        "r0 = 1\nexit",
        ("answers HANDLED to a read without having written ctx.data", "help: assign ctx.data"),
        Limits(),
    ),
    "half an answer": Case("*(u32 *)(r1 + 8) = 1\nr0 = 1\nexit", ("all 8 bytes of it",), Limits()),
    "an answer on one path": Case(
        "r0 = 1\nr2 = *(u64 *)(r1 + 0)\nif r2 == 0 goto out\n*(u64 *)(r1 + 8) = 1\nout: exit",
        ("without having written ctx.data", "if r2 == 0 goto L4, taken"),
        Limits(),
    ),
    "an answer too wide": Case(
        "r0 = 0\nw2 = *(u8 *)(r1 + 28)\nif w2 != 1 goto out\n*(u64 *)(r1 + 8) = 256\n"
        "r0 = 1\nout: exit",
        ("answers a read of at most 1 bytes with the number 256", "help: wrap the value: u8(...)"),
        Limits(),
    ),
}


def refusal(program: Program, limits: Limits) -> str:
    """The refusal's text."""
    report = verify(program, limits)
    assert not report.accepted
    with pytest.raises(AuthorError):
        report.accepted_or_raise()
    assert report.text().startswith(f"{program.name}: refused\n")
    return str(report.error)


@pytest.mark.parametrize("case", [*SAFETY.values(), *LAWS.values()], ids=[*SAFETY, *LAWS])
def test_refusals_say_what_to_change(case: Case) -> None:
    text = refusal(assemble(case.text), case.limits)
    for part in case.says:
        assert part in text, text


def test_illegal_bytes_are_refused_like_anything_else() -> None:
    text = refusal(Program("noise", b"\xff" * 16), Limits())
    assert "opcode 0xff is unknown" in text


def test_without_source_lines_the_instruction_is_shown() -> None:
    program = assemble("r2 = 64\nr0 = *(u64 *)(r2 + 0)\nexit")
    bare = Program("bare", program.code)
    assert refusal(bare, SAFE).splitlines() == [
        "bare: r2 is the number 64, used as an address",
        "  expected: a pointer to the context, a state or the stack",
        "  instruction: 1: r0 = *(u64 *)(r2 + 0)",
        "  state: r2 is the number 64",
    ]


def test_refusals_as_json() -> None:
    report = verify(assemble("r0 = 1\nexit", "bad.s"))
    assert isinstance(report.error, VerifierError)
    said = report.to_json()["error"]
    assert said["where"] == {"file": "bad.s", "line": 2, "column": 0, "end_column": 4}
    assert said["instruction"] == "1: exit"
    assert "ctx.data" in said["found"]


def test_long_paths_are_cut_in_the_middle() -> None:
    steps = "".join(f"if r2 == {n} goto +0\n" for n in range(30))
    text = refusal(assemble(f"r2 = *(u64 *)(r1 + 0)\n{steps}r0 = 2\nexit"), Limits())
    assert "branches more ..." in text


POPCOUNT = """
    r2 = *(u64 *)(r1 + 8)
    r5 = 0
    if r2 == 0 goto done
    loop: r5 += 1
    r3 = r2
    r3 += -1
    r2 &= r3
    if r2 != 0 goto loop
    done: *(u64 *)(r1 + 8) = r5
    r0 = 1
    exit"""


def test_all_tries_together_take_little_more_than_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps = 0

    def counted(i: Instruction) -> Prepared:
        known = prepared(i)

        def count(transfer: Transfer, i: Instruction, state: State) -> Ways | None:
            nonlocal steps
            steps += 1
            return known.step(transfer, i, state)

        return known._replace(step=count)

    monkeypatch.setattr(analysis, "prepared", counted)
    report = verify(assemble(POPCOUNT), Limits(states=1000))
    assert "is too complex: more than 1000 states were explored" in str(report.error)
    assert report.states_explored == 1001
    assert 1000 <= steps <= 1600
