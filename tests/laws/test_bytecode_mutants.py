# SPDX-License-Identifier: Apache-2.0
"""Mutants of bytecode: mistakes as they are meant, and the prover finds those that matter."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("z3", reason="z3 is not installed (extra prove)")
from laws import bytecode_mutants, compiler_bugs, proving_figures
from laws.bytecode_mutants import Mutant, filters, judged, mutants, tables, told
from laws.bytecode_mutations import mutations
from lightexit.cli.subjects import FilterSubject
from lightexit.isa import SLOT_SIZE, assemble
from lightexit.prover.proof import PROVED, REFUTED, UNKNOWN, Proof
from lightexit.prover.query import Budget

PAGE = Path(__file__).parents[2] / "docs" / "proving-figures.md"
SOURCE = """
    r2 = *(u32 *)(r1 + 8)
    if r2 > 5 goto end
    r2 <<= 3
    w0 = 1
end:
    exit
"""
MADE = [
    ("another offset", 0, "r2 = *(u32 *)(r1 + 9)"),
    ("another width", 0, "r2 = *(u64 *)(r1 + 8)"),
    ("another register", 0, "r3 = *(u32 *)(r1 + 8)"),
    ("nothing done", 0, "goto L1"),
    ("a condition negated", 1, "if r2 <= 5 goto L4"),
    ("a bound off by one", 1, "if r2 >= 5 goto L4"),
    ("another signedness", 1, "if r2 s> 5 goto L4"),
    ("another number", 1, "if r2 > 6 goto L4"),
    ("another target", 1, "if r2 > 5 goto L3"),
    ("32 for 64 bits", 1, "if w2 > 5 goto L4"),
    ("another operation", 2, "r2 >>= 3"),
    ("32 for 64 bits", 2, "w2 <<= 3"),
    ("64 for 32 bits", 3, "r0 = 1"),
]


def test_mistakes() -> None:
    program = assemble(SOURCE)
    found = mutations(program)
    made = {(each.kind, each.before.slot, str(each.after)) for each in found}
    assert made >= set(MADE)
    assert {each.kind for each in found} == {kind for kind, *_ in MADE}
    for each in found:
        slots = (slice(at, at + SLOT_SIZE) for at in range(0, len(program.code), SLOT_SIZE))
        assert len(each.program.code) == len(program.code)
        assert sum(each.program.code[slot] != program.code[slot] for slot in slots) == 1


def subject(title: str) -> FilterSubject:
    return next(each for each in filters() if each.title == title)


def hold(titles: list[str], count: int, seconds: float) -> Counter[str]:
    wanted = [each for title in titles for each in mutants(subject(title), count, 1)]
    results = list(judged(wanted, Budget(seconds), 2))
    assert [told(*each) for each in results if each[1].verdict == bytecode_mutants.WRONG] == []
    return Counter(proof.verdict for _, proof in results)


def test_mutants_are_refuted_or_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bytecode_mutants, "CONFIRMED", 1000)
    found = hold(["port92.read_control", "debugcon.read_presence"], 5, 20)
    assert found[UNKNOWN] == 0
    assert found[REFUTED] >= 7


@pytest.mark.long
def test_of_all_that_are_not_equal_nearly_all_are_refuted() -> None:
    found = hold([each.title for each in filters()], 10, 120)
    assert found[REFUTED] >= 0.95 * (found[REFUTED] + found[UNKNOWN])


def test_a_bug_of_the_compiler_is_refuted() -> None:
    wrong = compiler_bugs.compiled(subject("uart.read_status"), "equal compares as unequal")
    assert Mutant(subject("uart.read_status"), "", wrong).judged(Budget(20)).verdict == REFUTED


def test_a_proof_that_random_inputs_contradict_is_called_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bytecode_mutants, "prove", lambda *_: Proof("", PROVED))
    mutant = mutants(subject("port92.read_control"), 1, 1)[0]
    assert mutant.judged(Budget(20)).verdict == bytecode_mutants.WRONG


def test_tables() -> None:
    mutant = Mutant(subject("port92.read_control"), "nothing done", assemble("exit"))
    proofs = [Proof("", REFUTED, 1.5), Proof("", PROVED, 1), Proof("", UNKNOWN, 9, reason="why")]
    lines = tables([(mutant, each) for each in proofs]).splitlines()
    assert "| nothing done | 3 | 1 | 1 | 1 | 50.0 % | 1.5 s |" in lines
    assert "| port92.read_control | 3 | 1 | 1 | 1 | 50.0 % | 1.5 s |" in lines
    assert "- port92.read_control: nothing done: unknown (9.0 s): why" in lines


def test_the_page_has_every_filter_and_every_bug() -> None:
    page = PAGE.read_text("utf-8")
    for name in (*(each.title for each in filters()), *compiler_bugs.BUGS):
        assert f"| {name} |" in page, name


def test_the_page_is_written_of_what_was_found() -> None:
    mutant = Mutant(subject("port92.read_control"), "nothing done", assemble("exit"))
    found = [(mutant, Proof("", UNKNOWN, 9, reason="why"))]
    page = proving_figures.page("--jobs 1", [Proof("a.b", PROVED, 1.25, 3000, 4)], found, found)
    assert "laws.proving_figures --jobs 1`" in page
    assert "| a.b | proved | 3,000 | 4 | 1.2 |\n" in page
    assert page.count("| nothing done | 1 | 0 | 0 | 1 | 0.0 % | 0.0 s |\n") == 2
    assert page.endswith("- port92.read_control: nothing done: unknown (9.0 s): why\n")
