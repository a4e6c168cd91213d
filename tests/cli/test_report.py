# SPDX-License-Identifier: Apache-2.0
"""What `lightexit run` says was measured was: in the run that it says it of."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.forked import lightexit
from cli.polling import Polling
from lightexit.abi import Space
from lightexit.bus.counters import RegisterCount, UnclaimedCount
from lightexit.bus.offload import OffloadCount
from lightexit.cli.report import FinishedRun, compared, gain_seconds, report
from lightexit.cli.table import print_table
from lightexit.cli.tally import rows, total
from lightexit.vm.console import Console
from lightexit.vm.outcome import Outcome, RunEnd

# Guests that poll until time has passed


def _ran(guest: Polling, folder: Path) -> tuple[str, dict[str, Any]]:
    kernel, figures = folder / "polling", folder / "run.json"
    kernel.write_bytes(guest.code)
    result = lightexit("run", "--compare", "--kernel", kernel, "--memory", "4", "--json", figures)
    assert result.returncode == 0, result.stderr
    document: dict[str, Any] = json.loads(figures.read_text())
    return result.stdout, document


def _times(text: str) -> list[float]:
    """Every time that a text tells with a unit, in seconds."""
    found = re.findall(r"([\d,]+(?:\.\d+)?) (us|s)\b", text)
    return [float(figure.replace(",", "")) / (1e6 if unit == "us" else 1) for figure, unit in found]


@pytest.mark.parametrize("seed", range(3))
def test_no_time_is_longer_than_the_run_that_it_is_of(seed: int, tmp_path: Path) -> None:
    guest = Polling.chosen(random.Random(seed))
    text, shown = _ran(guest, tmp_path)
    plain = shown["without_filters"]
    longest = max(shown["setup_seconds"], plain["setup_seconds"])
    for run in (shown, plain):
        seconds = run["ended"]["seconds"]
        assert guest.seconds <= seconds
        assert 0 < run["total"]["ns"] <= seconds * 1e9
        assert 0 < run["cpu_seconds"] <= seconds + 0.01
        assert 0 <= run["printing_seconds"] <= seconds
        longest = max(longest, seconds)
    assert _times(text)
    assert max(_times(text)) <= longest + 0.01  # they are rounded
    gain = plain["ended"]["seconds"] - shown["ended"]["seconds"] + shown["printing_seconds"]
    assert shown["gain_seconds"] == pytest.approx(gain)
    assert "saved" not in text
    assert "saved" not in json.dumps(shown)


@pytest.mark.parametrize("seed", [4])
def test_every_access_stands_in_the_report_of_its_run(seed: int, tmp_path: Path) -> None:
    text, shown = _ran(Polling((*Polling.chosen(random.Random(seed)).ports, 0x80), 0.1), tmp_path)
    plain, registers, nobody = shown["without_filters"], shown["registers"], shown["unclaimed"]
    sides = [
        (plain, [row["without_filters"]["accesses"] for row in registers], "plain_accesses"),
        (shown, [row["accesses"] for row in registers], "accesses"),
    ]
    for run, accesses, key in sides:
        assert sum(accesses) == run["total"]["accesses"] > 0
        assert sum(place[key] for place in nobody) == run["total"]["unclaimed"] > 0
        assert sum(accesses) + run["total"]["unclaimed"] == run["ended"]["accesses"]
        assert f"{run['total']['unclaimed']:,}" in text
    assert "port 0x80 read" in text
    assert "Machine.add" in text


# Of figures as they may come


def _count(register: str, handled: int = 0, passed: int = 0, address: int = 0x40) -> RegisterCount:
    times = handled * 50.0, passed * 2000.0
    return RegisterCount("pit", register, Space.PIO, address, False, handled, passed, *times)


def _run(
    counts: list[RegisterCount],
    unclaimed: list[UnclaimedCount] | None = None,
    *,
    reason: RunEnd = RunEnd.EXIT,
    seconds: float = 1.0,
    status: int | None = 33,
    printing: float = 0.0,
) -> FinishedRun:
    accesses = sum(count.accesses for count in counts)
    outcome = Outcome(reason, "", seconds, accesses, status)
    return FinishedRun(outcome, Console(), counts, unclaimed or [], [], 0.0, 0.0, printing)


def test_a_register_that_only_one_run_has_accessed_is_in_the_table() -> None:
    filtered, plain = [_count("A", 7)], [_count("B", passed=9, address=0x41)]
    table = {row.name: row for row in rows(filtered, plain)}
    assert set(table) == {"pit A", "pit B"}
    assert table["pit B"].plain is not None
    assert (table["pit B"].plain.accesses, table["pit B"].shown.accesses) == (9, 0)
    assert table["pit A"].plain is not None
    assert (table["pit A"].plain.accesses, table["pit A"].shown.accesses) == (0, 7)


def test_the_cost_of_a_model_is_that_of_the_run_without_filters() -> None:
    (row,) = rows([_count("A", 7, 3)], [_count("A", passed=9)])
    assert row.plain is not None
    assert (row.plain.per_passed, row.shown.per_handled) == (2000.0, 50.0)
    (row,) = rows([_count("A", 7, 3)], [])
    assert row.plain is not None
    assert row.plain.per_passed is None


def test_sums_are_those_of_one_run() -> None:
    sums = total([_count("A", 7, 3), _count("B", passed=1, address=0x41)])
    assert (sums.accesses, sums.handled, sums.ns) == (11, 7, 7 * 50.0 + 4 * 2000.0)


@pytest.mark.parametrize(
    ("plain", "shown", "gain"),
    [
        (_run([], seconds=3), _run([], seconds=1), 2),
        (_run([], seconds=1), _run([], seconds=3), -2),
        (_run([], seconds=3), _run([], seconds=3, printing=1), 1),
        (_run([], reason=RunEnd.TEXT), _run([], reason=RunEnd.TEXT), 0),
        (_run([], reason=RunEnd.TIME), _run([], reason=RunEnd.TIME), None),
        (_run([], reason=RunEnd.ACCESSES), _run([], reason=RunEnd.ACCESSES), None),
        (_run([], reason=RunEnd.REQUEST), _run([], reason=RunEnd.REQUEST), None),
        (_run([], reason=RunEnd.TIME), _run([]), None),
        (_run([], status=1), _run([], status=3), None),
    ],
)
def test_a_gain_is_of_two_runs_that_came_to_the_same_end(
    plain: FinishedRun, shown: FinishedRun, gain: float | None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gain_seconds(plain, shown) == gain
    report(shown, plain, None)
    said = capsys.readouterr().out
    if gain is None:
        assert "gain: none can be told" in said
    else:
        assert f"{abs(gain):.3f} s" in said
        assert ("longer" in said, "shorter" in said) == (gain < 0, gain >= 0)


NOBODY = [UnclaimedCount(Space.PIO, 0x1000 + n, bool(n % 2), n + 1) for n in range(3000)]


def test_of_places_without_a_device_the_busiest_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    memory = [UnclaimedCount(Space.MMIO, 0xFEE0_0030, False, 10_000)]
    elsewhere = [UnclaimedCount(Space.MMIO, None, True, 9_000)]
    figures = tmp_path / "run.json"
    report(_run([], [*NOBODY, *elsewhere, *memory]), _run([], NOBODY), figures)
    said = capsys.readouterr().out
    part = said[said.index("answered by no device") : said.index("run ended")].splitlines()
    assert [line.split() for line in part[1:7]] == [
        ["memory", "0xfee00030", "read", "0", "10,000"],
        ["memory", "elsewhere,", "write", "0", "9,000"],
        ["port", "0x1bb7", "write", "3,000", "3,000"],
        ["port", "0x1bb6", "read", "2,999", "2,999"],
        ["port", "0x1bb5", "write", "2,998", "2,998"],
        ["2997", "other", "places", "4,492,503", "4,492,503"],
    ]
    document = json.loads(figures.read_text())
    assert len(document["unclaimed"]) == 1000
    assert document["unclaimed"][0] == {
        "space": "MMIO",
        "address": 0xFEE0_0030,
        "is_write": False,
        "accesses": 10_000,
        "plain_accesses": 0,
    }
    assert document["total"]["unclaimed"] == 4_501_500 + 19_000


def test_one_run_has_a_column_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    report(_run([_count("A", passed=4)], NOBODY[:1]), None, None)
    said = capsys.readouterr().out
    assert "with filters" not in said
    assert "without\n" not in said
    assert "port 0x1000 read" in said
    assert "time in device accesses: 8 us, all in models" in said


def test_one_run_with_filters_tells_no_ratio(capsys: pytest.CaptureFixture[str]) -> None:
    report(_run([_count("A", 30, 10)]), None, None)
    said = capsys.readouterr().out
    assert re.search(r"pit A read +0x40 +40 +30 +22 +2,000 +50\n", said)
    assert "time in device accesses: 22 us\n" in said
    assert "port reads answered by bytecode: 30 of 40 (75.0 %); all accesses: 30 of 40\n" in said
    assert "gain" not in said
    assert "identical" not in said


def test_one_run_says_what_came_past_the_kernel(capsys: pytest.CaptureFixture[str]) -> None:
    in_kernel = [OffloadCount("pit", Space.PIO, 0x40, 4, handled=70, passed=1)]
    report(replace(_run([_count("A", passed=1)]), in_kernel=in_kernel), None, None)
    said = capsys.readouterr().out
    assert said.splitlines()[1].split()[2:4] == ["past", "kernel"]
    assert "all in models" not in said
    assert "in the kernel, besides the above: handled 70, passed 1" in said


def test_what_the_kernel_answered_is_not_among_the_counts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    in_kernel = [OffloadCount("pit", Space.PIO, 0x40, 4, handled=70, passed=1)]
    shown = replace(_run([_count("A", passed=1)]), in_kernel=in_kernel)
    report(shown, _run([_count("A", passed=50)]), None)
    said = capsys.readouterr().out
    assert said.splitlines()[1].split()[2:5] == ["without", "past", "kernel"]
    assert re.search(r"in the kernel besides, not timed +0 +70\n", said)


def test_a_few_probes_of_nothing_need_no_help(capsys: pytest.CaptureFixture[str]) -> None:
    report(_run([_count("A", 1000)], NOBODY[:3]), None, None)
    assert "help:" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ("one\ntwo\n", "identical"),
        ("two\none\n", "the same lines, in another order"),
        ("two\ntwo\n", "DIFFERENT"),
        ("one\n", "DIFFERENT"),
    ],
)
def test_how_outputs_compare(other: str, said: str) -> None:
    consoles = Console(), Console()
    for console, text in zip(consoles, ("one\ntwo\n", other), strict=True):
        console.write(text.encode())
    assert compared(*consoles) == said


# Terminals


@pytest.mark.parametrize(
    ("width", "head", "said"),
    [
        (None, ["register", "address", "without", "with", "bytecode", "without", "with"], ""),
        (100, ["register", "address", "without", "with", "bytecode", "without", "with"], ""),
        (80, ["register", "address", "without", "with", "bytecode", "model", "bytecode"], "us"),
        (60, ["register", "without", "with", "bytecode"], "us, address, ns each"),
        (10, ["register", "without", "with", "bytecode"], "us, address, ns each"),
    ],
)
def test_a_narrow_terminal_gets_fewer_columns(
    width: int | None,
    head: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("lightexit.cli.table.terminal_width", lambda: width)
    counted = [_count("COUNTER0", 1_000_000, 3)]
    print_table(rows(counted, counted), compares=True, is_offloaded=False)
    _, heads, row, *more = capsys.readouterr().out.splitlines()
    assert heads.split()[: len(head)] == head
    assert len(row.rstrip()) <= max(width or 200, 60)
    assert more == ([f"    ({width} columns are too few for: {said})"] if said else [])


def test_time_of_several_vcpus_is_said_to_be_a_sum(capsys: pytest.CaptureFixture[str]) -> None:
    counted = [_count("A", passed=4)]
    two = replace(_run(counted), vcpus=2)
    report(two, two, None)
    assert "  in device accesses, all vCPUs  " in capsys.readouterr().out
    report(two, None, None)
    assert "time in device accesses, all vCPUs: 8 us, all in models" in capsys.readouterr().out
    report(_run(counted), _run(counted), None)
    assert "vCPU" not in capsys.readouterr().out
