# SPDX-License-Identifier: Apache-2.0
"""What `lightexit explain` says of a filter that was written for it, and of other bytecode."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lightexit.cli.app import app

SOURCE = """\
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.filter import Array, IoContext, Struct, Verdict, array, io_filter, u8


class Slot(Struct):
    level: u8
    divisor: u8


class DimmerState(Struct):
    slots: Array[Slot] = array(Slot, 4)


@io_filter
def read_level(ctx: IoContext, dimmer: DimmerState) -> Verdict:
    if ctx.is_write:
        return Verdict.PASS
    if ctx.offset == 5:
        ctx.data = 4
        return Verdict.HANDLED
    slot = dimmer.slots[ctx.offset]
    share = slot.level & 15
    ctx.data = share // slot.divisor
    return Verdict.HANDLED


class Dimmer(Device[DimmerState]):
    name = "dimmer"
    regions = (pio(8, register_width=1, filter=read_level),)
"""
WRONG = """

@io_filter
def wrong(ctx: IoContext, dimmer: DimmerState) -> Verdict:
    return Verdict.HANDLED


@io_filter
def uncompiled(ctx: IoContext, dimmer: DimmerState) -> Verdict:
    ctx.data = dimmer.slots[0].level / 2
    return Verdict.HANDLED
"""


@pytest.fixture
def dimmer(tmp_path: Path) -> Path:
    path = tmp_path / "dimmer.py"
    path.write_text(SOURCE)
    return path


def lightexit(*words: str | Path, status: int = 0) -> str:
    result = CliRunner().invoke(app, [*map(str, words)])
    assert result.exit_code == status, result.output
    return result.output


def explained(*words: str | Path) -> dict[str, Any]:
    (found,) = json.loads(lightexit("explain", "--json", *words))["filters"]
    return dict(found)


def test_the_registers(dimmer: Path) -> None:
    printed = lightexit("explain", dimmer).splitlines()
    rows = [line.split() for line in printed if " read " in line]
    assert [row[:5] for row in rows] == [
        ["0x0-0x3", "1", "read", "handled", "or"],
        ["0x5", "1", "read", "always", "handled"],
    ]
    found = explained(dimmer)["registers"]
    by_offset = {
        offset: (each["handling"], each["is_write"])
        for each in found["accesses"]
        for offset in range(each["first"], each["last"] + 1)
        if not each["is_write"]
    }
    assert {offset: each[0] for offset, each in by_offset.items()} == {
        0: "depends",
        1: "depends",
        2: "depends",
        3: "depends",
        4: "passed",
        5: "handled",
        6: "passed",
        7: "passed",
    }
    assert {each["handling"] for each in found["accesses"] if each["is_write"]} == {"passed"}
    assert found["windows"] == [{"space": "PIO", "offset": 0, "size": 8, "width": 1}]
    assert found["is_exact"]


def test_lines_say_what_is_known_and_what_may_fault(dimmer: Path) -> None:
    (function,) = explained(dimmer)["functions"]
    known = {each["text"].strip(): each["known"] for each in function["lines"]}
    assert "ctx.offset is 5" in known["ctx.data = 4"]
    assert "ctx.is_write is 0" in known["ctx.data = 4"]
    assert "share in [0, 15]" in known["share = slot.level & 15"]
    assert "ctx.offset in [0, 3]" in known["share = slot.level & 15"]
    printed = lightexit("explain", dimmer)
    assert "! may fault: PASS if the divisor is 0: share // slot.divisor" in printed
    assert "reads dimmer.slots[0..3].level" in printed
    assert "writes ctx.data" in printed
    assert "reads " not in lightexit("explain", "--no-bytecode", dimmer).split("cost  line")[1]


@pytest.mark.parametrize(
    "subject", ["pit", "hpet", "ioapic", "examples/counter/src/counter/device.py"]
)
def test_all_but_long_lines_of_source_fit_80_columns(subject: str) -> None:
    printed = lightexit("explain", subject).splitlines()
    sources = {
        line["text"].rstrip()
        for each in json.loads(lightexit("explain", "--json", subject))["filters"]
        for function in each["functions"]
        for line in function["lines"]
    }
    long = [line for line in printed if len(line) > 80]
    assert [line for line in long if not any(text and text in line for text in sources)] == []


def test_returns(dimmer: Path) -> None:
    returns = {each["line"]: each for each in explained(dimmer)["returns"]}
    answers = [(each["handled_reads"], each["handled_writes"]) for each in returns.values()]
    assert answers == [([], []), ([[5, 5]], []), ([[0, 3]], [])]


@pytest.mark.parametrize("form", ["object", "text", "raw"])
def test_of_bytecode_there_is_no_source(form: str, dimmer: Path, tmp_path: Path) -> None:
    from lightexit.isa import assemble

    path = tmp_path / f"level.{ {'object': 'o', 'text': 's', 'raw': 'bpf'}[form] }"
    if form == "object":
        lightexit("compile", f"{dimmer}:read_level", "-o", path)
    else:
        text = "r2 = *(u64 *)(r1 + 0)\n*(u64 *)(r1 + 8) = 1\nr0 = 1\nexit\n"
        path.write_text(text) if form == "text" else path.write_bytes(assemble(text).code)
    found = explained(path)
    assert found["returns"] is None
    lines = [line for each in found["functions"] for line in each["lines"]]
    assert sum(line["cost"] for line in lines) == found["cost"]
    texts = [line["text"].strip() for line in lines]
    assert ("share = slot.level & 15" in texts) is (form == "object")
    about = [i["about"] for line in lines for i in line["instructions"]]
    assert "reads ctx.offset" in about
    lightexit("explain", path)


def test_a_filter_that_is_wrong_is_told_among_the_others(dimmer: Path) -> None:
    dimmer.write_text(SOURCE + WRONG)
    printed = lightexit("explain", dimmer, status=1)
    assert "read_level: at most" in printed
    assert "wrong: not explained" in printed
    assert "answers HANDLED to a read" in printed
    assert "`/`, which makes a float" in printed
    document = json.loads(lightexit("explain", "--json", dimmer, status=1))
    assert [each["error"] is None for each in document["filters"]] == [True, False, False]


@pytest.mark.parametrize("subject", ["dimmer.py:read_level", "dimmer.py:dimmer"])
def test_a_filter_or_device_of_a_file(
    subject: str, dimmer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(dimmer.parent)
    assert explained(subject)["filter"] == "read_level"


@pytest.mark.parametrize(
    ("subject", "error"),
    [
        ("dimmer.py:off", "dimmer.py holds no filter named off"),
        ("nothing.py", "nothing.py: no such file or directory"),
        ("nothing.o", "nothing.o: no such file or directory"),
        (
            "pit.reed",
            "the device pit holds no filter named reed",
        ),
        ("pitt", "there is no device 'pitt'"),
        ("debug_exit", "the device debug_exit has no filter: its model answers every access"),
    ],
)
def test_what_there_is_not(
    subject: str, error: str, dimmer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(dimmer.parent)
    from lightexit.errors import AuthorError

    result = CliRunner().invoke(app, ["explain", subject])
    assert isinstance(result.exception, AuthorError)
    assert error in str(result.exception)


def test_a_device_that_is_made_with_others_has_its_windows() -> None:
    found = explained("port61.read_control_b")
    assert found["registers"]["windows"] == [{"space": "PIO", "offset": 0, "size": 1, "width": 1}]
    assert found["registers"]["is_exact"]
    (answered,) = [each for each in found["registers"]["accesses"] if not each["is_write"]]
    assert answered["handling"] in ("handled", "depends")
