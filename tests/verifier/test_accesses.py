# SPDX-License-Identifier: Apache-2.0
"""A proof about some accesses only says what the program does with these."""

from __future__ import annotations

import pytest

from lightexit.abi import Space
from lightexit.devices.hpet import read_counter
from lightexit.devices.pit import read_or_latch
from lightexit.isa import assemble
from lightexit.verifier import Limits, Report, verify
from lightexit.verifier.limits import Accesses

PIO, MMIO = int(Space.PIO), int(Space.MMIO)


def of(text: str, accesses: Accesses) -> Report:
    return verify(assemble(text), Limits(accesses=accesses)).accepted_or_raise()


@pytest.mark.parametrize(
    ("offset", "is_write", "handled"),
    [(0, False, True), (2, False, True), (3, False, False), (3, True, True), (0, True, False)],
)
def test_of_a_filter(offset: int, is_write: bool, handled: bool) -> None:
    accesses = Accesses(offset, offset, 1, is_write, PIO)
    report = verify(read_or_latch.program, Limits(accesses=accesses))
    assert report.accepted
    assert report.handles(offset, is_write=is_write) is handled
    assert not report.handles(offset, is_write=not is_write)
    assert report.may_pass
    assert report.cost <= read_or_latch.report.cost


def test_what_is_always_handled_and_what_is_always_passed() -> None:
    text = "r0 = 0\nr2 = *(u8 *)(r1 + 29)\nif r2 == 0 goto end\nr0 = 1\nend:\nexit\n"
    read, write = (of(text, Accesses(0, 7, 4, w, PIO)) for w in (False, True))
    assert (read.may_pass, read.handled_reads, read.handled_writes) == (True, (), ())
    assert (write.may_pass, write.handled_reads) == (False, ())
    assert write.handled_writes == ((0, 7),)


@pytest.mark.parametrize(
    ("field", "value", "accesses"),
    [
        ("*(u64 *)(r1 + 0)", 3, Accesses(0, 8, 4, True, MMIO, 4)),
        ("*(u64 *)(r1 + 0)", 9, Accesses(0, 8, 4, True, MMIO)),
        ("*(u8 *)(r1 + 28)", 2, Accesses(0, 8, 4, True, MMIO)),
        ("*(u8 *)(r1 + 30)", PIO, Accesses(0, 8, 4, True, MMIO)),
    ],
)
def test_what_no_such_access_has_is_not_explored(
    field: str, value: int, accesses: Accesses
) -> None:
    text = f"r2 = {field}\nr0 = 1\nif r2 != {value} goto end\nr0 = 0\nend:\nexit\n"
    assert not of(text, accesses).may_pass


def test_no_space_is_any_space() -> None:
    text = f"r2 = *(u8 *)(r1 + 30)\nr0 = 1\nif r2 != {MMIO} goto end\nr0 = 0\nend:\nexit\n"
    assert of(text, Accesses(0, 8, 4, True, None)).may_pass
    assert not of(text, Accesses(0, 8, 4, True, PIO)).may_pass


def test_a_filter_that_is_proved_says_whether_it_passes() -> None:
    assert read_counter.verify().may_pass
    assert not verify(assemble("r0 = 1\n*(u64 *)(r1 + 8) = 0\nexit\n")).may_pass
