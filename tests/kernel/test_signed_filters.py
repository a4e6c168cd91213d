# SPDX-License-Identifier: Apache-2.0
"""The filters with signed numbers that the rig is given, and what its test says of a wrong one."""

from __future__ import annotations

from dataclasses import replace

import pytest

import scale
from engine.running import INTERPRETER, needs_kernel
from kernel.carried import plain
from kernel.idioms import idioms
from kernel.signed import Entry, complaint
from kernel.signed_filters import is_signed, of_idioms
from laws.agreement import checked
from laws.coverage import Coverage
from lightexit.abi import Verdict
from lightexit.engine.kernel import KernelEngine
from lightexit.isa import assemble


@pytest.mark.long
def test_the_idioms_have_every_kind_of_sign() -> None:
    coverage = Coverage()
    for idiom in idioms():
        coverage.note(idiom.source, checked(idiom.source).typed)
    assert [kind for kind in coverage.missing() if is_signed(kind)] == []


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return list(of_idioms(scale.part(idioms())))


def test_idioms_do_what_cpython_does(entries: list[Entry]) -> None:
    assert [text for each in entries if (text := complaint(each, INTERPRETER))] == []
    verdicts = [left.verdict for each in entries for _, left in each.runs]
    assert verdicts.count(Verdict.HANDLED) > len(verdicts) * 0.8


@needs_kernel
def test_idioms_do_so_in_this_kernel(entries: list[Entry]) -> None:
    found = [complaint(each, KernelEngine(each.masked)) for each in entries]
    assert list(filter(None, found)) == []


def test_a_wrong_result_is_told_with_the_source() -> None:
    (entry,) = of_idioms([next(idioms())])
    assert complaint(entry, INTERPRETER) == ""
    given, left = entry.runs[-1]
    wrong = replace(entry, runs=[*entry.runs[:-1], (given, left._replace(verdict=0))])
    text = complaint(wrong, INTERPRETER)
    assert text.startswith(f"{entry.name}: interpreter differs from CPython\n{entry.source}\n")
    assert text.endswith(f"{given}\nexpected {wrong.runs[-1][1]}\nfound    {left}")


@needs_kernel
def test_a_refusal_is_told_with_the_source_and_the_verifiers_log() -> None:
    program = plain("odd", assemble("r0 = r5\nexit"))
    text = complaint(Entry("odd", program, "return five", True, []), KernelEngine())
    assert text.startswith("odd: the kernel's verifier refuses odd at instruction 0")
    assert "\nreturn five\n" in text
    assert "\n0: (bf) r0 = r5\nR5 !read_ok\n" in text
