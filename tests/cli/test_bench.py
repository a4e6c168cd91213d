# SPDX-License-Identifier: Apache-2.0
"""`lightexit bench host`: its tables and its document, of made-up measurements."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lightexit.cli import hostreport
from lightexit.cli.app import app
from lightexit.measure import series as measuring
from lightexit.measure.figures import Figures
from lightexit.measure.host import Frequency, HostFacts, Underneath, Virtualization, host_facts
from lightexit.measure.series import MeasuredRow, NotMeasured, Series
from lightexit.measure.variants import EMPTY, TITLES, VARIANTS, Answerer

HARDWARE = Virtualization(Underneath.HARDWARE, "VMX", "kvm_intel", False)
NO_MODULE = "/dev/lightexit is not there (expected: the kernel module)"
FACTS = HostFacts(
    machine="Maker Server",
    cpu={
        "vendor": "GenuineIntel",
        "model": "Xeon",
        "family": "6",
        "model_number": "106",
        "stepping": "6",
        "microcode": "0xd0003e7",
    },
    cpus="0-3",
    is_smt=False,
    kernel="6.12.1",
    kernel_version="#1 SMP",
    arguments=("mitigations=off",),
    clocksource="tsc",
    mitigations={"mds": "Not affected", "meltdown": "Mitigation: PTI", "l1tf": "Not affected"},
    kvm={"kvm": {"halt_poll_ns": "200000", "tdp_mmu": "Y"}, "kvm_intel": {}},
    virtualization=HARDWARE,
    frequency=Frequency("intel_pstate", "performance", False, 3_400_000),
)
MODULE = [each for each in VARIANTS if each.answerer is Answerer.MODULE]
ROWS = [MeasuredRow(EMPTY, Figures(8000, 24, 26, 30, 900), 0.0018)]
ROWS += [
    MeasuredRow(each, Figures(8000, 1100, 1234 + 10 * n, 2500, 99999), float(each.exits))
    for n, each in enumerate(VARIANTS)
    if each != EMPTY and each not in MODULE
]
MISSING = tuple(NotMeasured(each, NO_MODULE) for each in MODULE)
SERIES = Series(tuple(ROWS), MISSING, tsc_khz=2_000_000, cpu=3)
NOTHING = Series(
    (), tuple(NotMeasured(each, "/dev/kvm does not exist") for each in VARIANTS), 0, None
)


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "measure", lambda accesses: SERIES)


def tables(text: str) -> list[list[str]]:
    """The cells of each line of a Markdown table."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_table_has_a_row_for_each_variant() -> None:
    head, rules, *rows = tables(hostreport.text(SERIES, FACTS))
    assert head == [
        *("access", "answered by", "p50 cycles", "p99 cycles", "min cycles"),
        *("p50 ns", "p99 ns", "exits to user space", "accesses"),
    ]
    assert [rule[-1] for rule in rules] == ["-", "-", *":::::::"]
    assert [row[:2] for row in rows] == [
        [row.variant.access.title, TITLES[row.variant.answerer]] for row in ROWS
    ]
    assert rows[0] == [
        *("nothing", "nobody: rdtsc, rdtsc", "26", "30", "24", "13", "15", "0.00", "8,000")
    ]
    assert rows[1][2:] == ["1,244", "2,500", "1,100", "622", "1,250", "0.00", "8,000"]


def test_lines_of_a_table_are_of_one_length() -> None:
    lines = hostreport.text(SERIES, FACTS).splitlines()
    assert len({len(line) for line in lines if line.startswith("|")}) == 1


def test_the_text_says_how_it_was_measured() -> None:
    text = hostreport.text(SERIES, FACTS)
    assert text.startswith("What an access costs. KVM on this CPU's own VMX (kvm_intel).\n")
    assert "TSC, at 2,000,000 kHz, read before and after" in text
    assert "the p50 of the empty pair, 26, is taken off the other rows" in text
    assert "in one thread on CPU 3." in text


def test_the_text_says_what_the_host_is() -> None:
    lines = hostreport.text(SERIES, FACTS).splitlines()
    for line in (
        "- machine: Maker Server",
        "- CPU: Xeon (family 6, model 106, stepping 6)",
        "- microcode: 0xd0003e7",
        "- CPUs: 0-3, SMT off",
        "- frequency: intel_pstate, performance, turbo off",
        "- kernel: 6.12.1 #1 SMP",
        "- kernel arguments: mitigations=off",
        "- kvm: halt_poll_ns=200000 tdp_mmu=Y",
        "- kvm_intel: loaded",
        "- not affected by: l1tf, mds",
        "- meltdown: Mitigation: PTI",
    ):
        assert line in lines


def test_what_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    text = hostreport.text(SERIES, host_facts(0, tmp_path))
    assert "None" not in text
    assert "microcode" not in text


def test_one_reason_is_told_once() -> None:
    text = hostreport.text(SERIES, FACTS)
    (line,) = text.partition("Not measured:\n\n")[2].splitlines()
    assert line == f"- {'; '.join(each.title for each in MODULE)}: {NO_MODULE}."


@pytest.mark.parametrize("underneath", Underneath)
def test_figures_that_are_not_of_hardware_say_so(underneath: Underneath) -> None:
    virtualization = replace(HARDWARE, underneath=underneath)
    facts = replace(FACTS, virtualization=virtualization)
    text = hostreport.text(SERIES, facts)
    is_emulated = underneath is not Underneath.HARDWARE
    assert text.startswith("What an access costs, emulated. ") is is_emulated
    assert (tables(text)[0][0] == "access, emulated") is is_emulated
    assert hostreport.document(SERIES, facts)["emulated"] is is_emulated


def test_a_rate_that_is_not_known_leaves_ns_empty() -> None:
    series = replace(SERIES, tsc_khz=0, cpu=None)
    text = hostreport.text(series, FACTS)
    assert {tuple(row[5:7]) for row in tables(text)[2:]} == {("", "")}
    assert "at a rate that KVM does not tell" in text
    assert "in one thread on no CPU of its own." in text
    document = hostreport.document(series, FACTS)
    assert (document["tsc_khz"], document["cpu"]) == (None, None)
    assert {row["ns"] for row in document["rows"]} == {None}


@pytest.mark.parametrize("series", [SERIES, NOTHING, replace(SERIES, tsc_khz=0, cpu=None)])
def test_the_document_is_what_its_schema_says(series: Series, tmp_path: Path) -> None:
    pytest.importorskip("jsonschema", reason="jsonschema is not installed (extra dev)")
    from cli.test_schemas import check

    for facts in (FACTS, host_facts(0, tmp_path), host_facts()):
        check(json.loads(json.dumps(hostreport.document(series, facts))), "bench-host")


def test_the_schema_names_all_variants() -> None:
    schema: dict[str, Any] = json.loads(CliRunner().invoke(app, ["schema", "bench-host"]).stdout)
    row = schema["$defs"]["row"]["properties"]
    assert set(row["access"]["enum"]) == {each.access.name for each in VARIANTS}
    assert set(row["answered_by"]["enum"]) == set(Answerer)


@pytest.mark.usefixtures("made_up")
def test_figures_in_the_document_are_those_of_the_table(tmp_path: Path) -> None:
    path = tmp_path / "host.json"
    result = CliRunner().invoke(app, ["bench", "host", "--json", str(path)])
    assert result.exit_code == 0, result.output
    document = json.loads(path.read_text())
    assert len(document["rows"]) + len(document["not_measured"]) == len(VARIANTS)
    shown = [[row[2], row[5]] for row in tables(result.stdout)[2:]]
    assert shown == [
        [f"{row['cycles']['p50']:,}", f"{row['ns']['p50']:,.0f}"] for row in document["rows"]
    ]
    assert [row["is_net"] for row in document["rows"]] == [False] + [True] * (len(ROWS) - 1)


def test_nothing_measured_is_status_2_and_the_reason_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from lightexit.errors import HostError

    monkeypatch.setattr(measuring, "measure", lambda accesses: NOTHING)
    path = tmp_path / "host.json"
    result = CliRunner().invoke(app, ["bench", "host", "--json", str(path)])
    assert isinstance(result.exception, HostError)
    assert result.exception.found == "nothing was measured"
    assert result.exception.exit_status == 2
    assert result.stdout.startswith("Nothing was measured. ")
    assert result.stdout.endswith("\n\n- everything: /dev/kvm does not exist.\n")
    assert json.loads(path.read_text())["rows"] == []


def test_a_file_that_cannot_be_written_is_told_of_before_anything_is_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(measuring, "measure", lambda accesses: pytest.fail("measured"))
    result = CliRunner().invoke(app, ["bench", "host", "--json", str(tmp_path / "no" / "file")])
    assert "there is no folder" in str(result.exception)


def test_too_few_accesses_are_refused() -> None:
    result = CliRunner().invoke(app, ["bench", "host", "--accesses", "99"])
    assert result.exit_code == 2
    assert "greater than or equal to 100" in result.output
