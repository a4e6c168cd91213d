# SPDX-License-Identifier: Apache-2.0
"""The table of other people's test kernels; and these kernels, where a folder of them is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from guests import kernels
from guests.kernels import Outcome, difference, read, table

FOLDER = os.environ.get("LIGHTEXIT_TEST_KERNELS", "")
PRINTED = "starting\nPASS: apic existence\r\nFAIL: count is 12\nSKIP: timer\nSUMMARY: 3 tests\n"


def test_verdicts_are_read_and_counted() -> None:
    outcome = read(PRINTED + "run ended: the guest ended the run\n", 3)
    assert outcome.verdicts == (
        ("PASS", "apic existence"),
        ("FAIL", "count is 12"),
        ("SKIP", "timer"),
    )
    assert outcome.reason == "the guest ended the run"
    assert str(outcome) == "1/1, exit 3"
    assert str(read("", None)) == "0/0, limit"


def test_numbers_that_were_measured_are_no_difference() -> None:
    assert difference(read("PASS: took 12 ms\n", 1), read("PASS: took 0x1f ms\n", 1)) == ""


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        (read("FAIL: one\n", 3), "“FAIL: one”, not “PASS: one”"),
        (read("", None), "ends before “PASS: one”: limit"),
        (read("run ended: a triple fault\n", 4), "ends before “PASS: one”: a triple fault"),
        (read("PASS: one\nPASS: two\n", 1), "“PASS: two”, not “nothing more”"),
        (read("PASS: one\n", 4), "ends: exit 4, not with exit 1"),
    ],
)
def test_the_first_difference_is_named(ours: Outcome, expected: str) -> None:
    assert difference(ours, read("PASS: one\n", 1)) == expected


def test_the_table_has_a_line_a_kernel_and_lists_what_differs() -> None:
    good, bad = read("PASS: one\n", 1), read("FAIL: one\n", 3)
    lines = list(table({"apic": {"qemu-kvm": good, "unicorn": bad}}, ["qemu-kvm", "unicorn"]))
    assert lines == [
        "| kernel | qemu-kvm | unicorn |",
        "|---|---|---|",
        "| apic | 1/0, exit 1 | 0/1, exit 3 |",
        "",
        "- apic, unicorn: “FAIL: one”, not “PASS: one”",
    ]


@pytest.mark.long
@pytest.mark.skipif(not FOLDER, reason="LIGHTEXIT_TEST_KERNELS names no folder of test kernels")
@pytest.mark.parametrize("kernel", sorted(Path(FOLDER or os.devnull).glob("*.flat")))
def test_no_verdict_on_unicorn_is_a_failure(kernel: Path) -> None:
    outcome = kernels.run(kernel, "unicorn", cpus=1, seconds=60)
    assert [text for verdict, text in outcome.verdicts if verdict == "FAIL"] == []
    assert outcome.status == 1, outcome.reason
