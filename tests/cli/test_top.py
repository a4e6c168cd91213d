# SPDX-License-Identifier: Apache-2.0
"""`lightexit top` without a screen: what it prints, and what it says where it cannot."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.test_schemas import check
from counting import EACH, EVIL, PM_TIMER, FakeVms, Scripted, counted
from lightexit.abi import Space
from lightexit.cli import top as top_command
from lightexit.cli import topoutput
from lightexit.cli.app import app
from lightexit.cli.topsavings import Savings, read_savings
from lightexit.cli.topview import SortKey, View, number, shown_rows, table_lines
from lightexit.errors import AuthorError, LightexitError
from lightexit.trace.rates import Rates
from lightexit.trace.watching import VmWatch

SHOWN_EVIL = r"evil\x1b[2J\x1b]0;owned\x07\x1b[c\u202e\x9b31m\n"


def top(*words: str | Path, status: int = 0) -> str:
    """What it prints, of counts that are made up; what it says where it fails."""
    with counted() as sources:
        run = CliRunner().invoke(app, ["top", "--interval", "0.1", *map(str, words)])
    assert all(source.is_closed for source in sources)
    if isinstance(run.exception, LightexitError):
        assert run.exception.exit_status == status
        return str(run.exception)
    assert run.exit_code == status, run.output
    return run.stderr if status else run.stdout


def watched(source: Scripted | None = None) -> tuple[VmWatch, Rates]:
    watch = VmWatch(source or Scripted(EACH), FakeVms(), (1, 2))
    return watch, watch.next()


# Text


def test_without_a_terminal_one_interval_is_printed_as_text() -> None:
    assert top() == top("--once")


def test_text_is_readable_and_nothing_of_it_works_a_terminal() -> None:
    text = top("--once")
    assert text.isprintable() or text.replace("\n", "").isprintable()
    head, counted, inputs, apic, empty, title, first, *_ = text.splitlines()
    assert head == "3 VMs  1,510 accesses/s: 200 in KVM, 1,310 in user space"
    assert counted == "each access counted, none lost"
    assert inputs == "interrupt inputs/s: web GSI 0 1,000 (100% masked)"
    assert apic == r"APIC/s: evil\x1... EOI w 50"
    assert empty == ""
    assert title.split() == [
        *("VM", "vCPU", "register", "address", "rw", "per", "s", "in", "ns", "each"),
        *("ms/s", "%", "filter"),
    ]
    assert first.split() == [
        *("web", "0", "pm", "PM_TMR", "0x608", "r4", "1,000", "user", "5,000", "5.0", "66.2"),
        "pmtimer.read_timer",
    ]
    assert "web (process 1): The guest reads the ACPI PM timer as its clock." in text


def test_for_prints_one_interval_after_the_other() -> None:
    assert top("--for", "0.35").count("3 VMs") == 4
    assert top("--once", "--for", "0.35").count("3 VMs") == 1


def test_losses_and_sampling_are_said() -> None:
    watch, found = watched(Scripted({PM_TIMER: (1000, 5000)}, sampled=8))
    interval = topoutput.TopInterval(topoutput.now(), found, watch.vms(found), (), watch)
    assert topoutput.text_lines(interval, 100)[1] == (
        "1 in 8 looked at, lost: 3 recursive, 0 without room"
    )


def test_tracepoints_that_the_kernel_lacks_are_said() -> None:
    source = Scripted(EACH)
    source.missing = ("kvm_apic",)
    watch, found = watched(source)
    interval = topoutput.TopInterval(topoutput.now(), found, watch.vms(found), (), watch)
    said = "not counted, as this kernel lacks the tracepoint: kvm_apic"
    assert topoutput.text_lines(interval, 100)[2] == said
    assert topoutput.document(interval)["not_counted"] == ["kvm_apic"]


def test_an_interval_without_accesses() -> None:
    watch, found = watched(Scripted({}))
    interval = topoutput.TopInterval(topoutput.now(), found, watch.vms(found), (), watch)
    lines = topoutput.text_lines(interval, 100)
    assert lines[0] == "2 VMs  0 accesses/s: 0 in KVM, 0 in user space"
    assert "no access in 1.0 s" in lines


def test_a_vm_that_ends_stays_in_the_list() -> None:
    vms = FakeVms()
    watch = VmWatch(Scripted(EACH), vms, (1, 2))
    watch.next()
    del vms.there[1]
    found = watch.next()
    listed = watch.vms(found)
    assert [(each.vm.name, each.has_ended) for each in listed] == [(EVIL, False), ("web", True)]
    interval = topoutput.TopInterval(topoutput.now(), found, listed, (), watch)
    assert topoutput.text_lines(interval, 100)[2] == "ended while watched: web"


def test_many_rows_are_summed_up() -> None:
    keys = {replace(PM_TIMER, address=port): (1, 0) for port in range(100)}
    watch, found = watched(Scripted(keys))
    interval = topoutput.TopInterval(topoutput.now(), found, watch.vms(found), (), watch)
    assert "and 60 more, 60 a second (--json has all)" in topoutput.text_lines(interval, 100)


# Tables


@pytest.mark.parametrize("width", [80, 81, 111, 112, 120, 300])
@pytest.mark.parametrize("fills", [False, True])
def test_no_line_is_wider_than_the_terminal(width: int, fills: bool) -> None:
    _, found = watched()
    lines = table_lines(found.rows, View(), width, fills=fills)
    assert len(lines) == 5
    assert max(map(len, lines)) <= width
    assert "pm PM_TMR" in lines[1]
    assert ("pmtimer.read_timer" in lines[1]) == (width >= 112)


def test_columns_stay_where_they_are_while_figures_change() -> None:
    _, found = watched()
    for width in (80, 120):
        titles = {table_lines(rows, View(), width, fills=True)[0] for rows in (found.rows[:1], ())}
        assert len({title.index("per s") for title in titles}) == 1


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        (SortKey.PER_SECOND, 0x608),
        (SortKey.TIME, 0x38_0000_1000),
        (SortKey.NAME, 0xFED0_00F0),
        (SortKey.ADDRESS, 0x608),
        (SortKey.VM, 0xFED0_00F0),
    ],
)
def test_rows_are_sorted(sort: SortKey, first: int) -> None:
    _, found = watched()
    rows = shown_rows(found.rows, View(sort))
    assert rows[0].address == first
    assert shown_rows(found.rows, View(sort, reverse=True)) == rows[::-1]


@pytest.mark.parametrize(
    ("words", "addresses"),
    [
        ("PM_TMR", {0x608}),
        ("web user", {0x608, 0x38_0000_1000}),
        ("evil msr", {0x10}),
        ("0xfed0", {0xFED0_00F0}),
        ("write memory", {0x38_0000_1000}),
        ("hpet.read", {0xFED0_00F0}),
        ("nothing", set()),
    ],
)
def test_rows_are_those_that_have_the_words(words: str, addresses: set[int]) -> None:
    _, found = watched()
    assert {row.address for row in shown_rows(found.rows, View(words=words))} == addresses


def test_vcpus_are_merged() -> None:
    two = {PM_TIMER: (100, 1000), replace(PM_TIMER, tid=12): (300, 2000)}
    _, found = watched(Scripted(two))
    assert [row.vcpu for row in found.rows] == [1, 0]
    [row] = shown_rows(found.rows, View(merged=True))
    assert (row.vcpu, row.accesses, row.ns_each, row.share) == (-1, 400, 1750, 1.0)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *((None, "-"), (0, "0"), (0.04, "0.0"), (9.94, "9.9"), (9.96, "10")),
        *((1234.5, "1,234"), (9_999_999, "9,999,999"), (123_456_789, "123.5M")),
    ],
)
def test_numbers_are_short(value: float | None, shown: str) -> None:
    assert number(value) == shown
    assert len(shown) <= 9


# JSON and CSV


def test_json_is_what_its_schema_says() -> None:
    lines = top("--json", "--for", "0.15").splitlines()
    assert len(lines) == 2
    for line in lines:
        check(json.loads(line), "top")
    document = json.loads(lines[0])
    assert document["rows"][0]["register"] == "PM_TMR"
    assert document["rows"][0]["filter"] == "pmtimer.read_timer"
    assert document["rows"][-1]["device"] == ""
    assert {vm["vm"] for vm in document["vms"]} == {"web", "idle", SHOWN_EVIL}
    assert document["lines"] == [{"pid": 1, "gsi": 0, "changes": 1000, "masked": 1000}]
    assert document["apic"][0]["register"] == "EOI"
    assert [each["rule"] for each in json.loads(top("--json"))["advice"]] == [
        "hpet-pulses",
        "pm-timer",
    ]


def test_csv_has_a_line_for_each_row() -> None:
    read = [*csv.DictReader(io.StringIO(top("--csv", "--for", "0.15")))]
    assert len(read) == 8
    first = read[0]
    assert (first["vm"], first["register"], first["address"]) == ("web", "PM_TMR", "0x608")
    assert (first["direction"], first["answered_in"]) == ("read", "user")
    assert {row["vm"] for row in read} == {"web", SHOWN_EVIL}


def test_metrics_are_served_where_there_is_no_screen() -> None:
    pytest.importorskip("prometheus_client", reason="extra metrics")
    told = top("--metrics", "127.0.0.1:0", "--for", "0.2")
    assert re.fullmatch(r"metrics: http://127\.0\.0\.1:\d+/metrics\n", told)


def test_a_screen_without_textual_says_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(top_command, "_has_screen", lambda: True)
    monkeypatch.setitem(sys.modules, "textual", None)
    for name in [
        name for name in sys.modules if name.startswith(("textual.", "lightexit.cli.topscr"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    assert top(status=2) == (
        "the screen of lightexit top (--once needs none) needs the Python module textual,"
        " which is not installed\n  help: pip install 'lightexit[top]'"
    )


# Which VMs


def test_a_vm_is_named_by_its_name() -> None:
    document = json.loads(top("--json", "--vm", "web"))
    assert {row["pid"] for row in document["rows"]} == {1}
    assert [vm["vm"] for vm in document["vms"]] == ["web"]


def test_a_name_that_no_vm_has_is_answered_with_one_like_it() -> None:
    assert top("--vm", "wep", status=2) == (
        "no VM here is called 'wep'\n"
        f"  expected: one of: web (process 1), {SHOWN_EVIL[:37]}... (process 2),"
        " idle (process 3)\n"
        "  try: --vm web"
    )
    said = top("--vm", "something else", status=2)
    assert "try:" not in said
    assert "help: --pid NUMBER takes any process that runs a VM" in said


def test_a_process_that_is_not_there() -> None:
    with subprocess.Popen(["true"]) as child:
        pass
    said = top("--pid", str(child.pid), status=2)
    assert said.startswith(f"there is no process {child.pid}\n  expected: one of: web")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--json", "--csv"], "--json with --csv"),
        (["--json", "--metrics", "127.0.0.1:0"], "--json with --metrics"),
        (["--once", "--metrics", "127.0.0.1:0"], "--once with --metrics"),
        (["--qmp", "x", "--metrics", "127.0.0.1:0"], "--qmp with --metrics"),
        (["--qmp", "/nowhere"], "/nowhere: no such file"),
        (["--metrics", "nowhere"], "'nowhere' is no address to listen at"),
        (["--ceiling", "101"], "100"),
        (["--interval", "0"], "0.1"),
        (["--bench", "/nowhere"], "/nowhere: no such file"),
    ],
)
def test_options_that_make_no_sense(words: Sequence[str], said: str) -> None:
    assert said in top(*words, status=2)


def test_what_the_source_says_ends_it_with_one_message() -> None:
    source = Scripted({PM_TIMER: (1, 1)})
    source.fails_at = 1
    watch = VmWatch(source, FakeVms(), (1,))
    with pytest.raises(Exception, match="the probes are gone"):
        watch.next()


# What filters might save


def bench(folder: Path, document: Any) -> Path:
    (folder / "bench.json").write_text(json.dumps(document))
    return folder / "bench.json"


MEASURED = {
    "schema": "urn:lightexit:bench-host:1",
    "rows": [
        {"access": "pit-read", "answered_by": "kvm-pit", "ns": {"p50": 1}},
        {"access": "pit-read", "answered_by": "module", "ns": {"p50": 1500}},
        {"access": "mmio-read", "answered_by": "module", "ns": None},
    ],
}


def test_savings_are_an_estimate_with_its_basis(tmp_path: Path) -> None:
    text = top("--once", "--bench", bench(tmp_path, MEASURED))
    assert "~saves: an estimate, ms/s: per s x (ns each - 1,500 port: by bench host)" in text
    rows = text.splitlines()
    assert next(row for row in rows if "PM_TMR" in row).endswith("pmtimer.read_timer    3.5")
    assert next(row for row in rows if "hpet COUNTER" in row).endswith("hpet.read_counter")
    document = json.loads(top("--json", "--bench", tmp_path / "bench.json"))
    assert document["rows"][0]["estimated_saving_ms_per_second"] == pytest.approx(3.5)
    assert {row["estimated_saving_ms_per_second"] for row in document["rows"][1:]} == {None}


def test_nothing_is_said_of_savings_where_nothing_was_measured(tmp_path: Path) -> None:
    assert "~saves" not in top("--once")
    nothing = MEASURED | {"rows": []}
    with pytest.raises(AuthorError, match="no row of a filter in the kernel module"):
        read_savings(bench(tmp_path, nothing))


@pytest.mark.parametrize("document", [[], {}, {"schema": "urn:lightexit:run:1"}, "x"])
def test_a_file_that_is_no_bench(document: Any, tmp_path: Path) -> None:
    with pytest.raises(AuthorError, match="is something else"):
        read_savings(bench(tmp_path, document))


def test_what_is_faster_than_a_filter_saves_nothing() -> None:
    _, found = watched()
    assert Savings({Space.PIO: 10_000.0}).ms_per_second(found.rows[0]) == 0
    assert Savings({Space.MMIO: 10.0}).ms_per_second(found.rows[0]) is None
