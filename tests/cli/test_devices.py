# SPDX-License-Identifier: Apache-2.0
"""`lightexit devices`: ours, installed ones, those of a file; and broken ones."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cli.forked import lightexit, refusal
from cli.test_schemas import check
from lightexit import plugins
from lightexit.cli.sheets import sheet

LAMP = '''
"""Lamps."""
from enum import IntEnum
from lightexit import Clock, Device, IoContext, Line, Struct, Verdict, io_filter, pio, u8

class Reg(IntEnum):
    LEVEL = 0
    RESET = 1

class LampState(Struct):
    level: u8

@io_filter
def read_level(ctx: IoContext, lamp: LampState) -> Verdict:
    if ctx.is_write or ctx.offset != Reg.LEVEL or ctx.size != 1:
        return Verdict.PASS
    ctx.data = lamp.level
    return Verdict.HANDLED

@io_filter
def refused(ctx: IoContext, lamp: LampState) -> Verdict:
    return Verdict.HANDLED

class Lamp(Device[LampState]):
    """A lamp with a level.

    And more.
    """
    name = "lamp"
    registers = Reg
    regions = (pio(2, register_width=1, filter=read_level),)

    def __init__(self, clock: Clock, irq: Line, level: u8 = 3) -> None:
        super().__init__(clock)
        self.lines = (irq,)

class Bad(Lamp):
    name = "bad"
    regions = (pio(2, filter=refused),)
'''
PAGE = """\
lamp, of lamp.py: A lamp with a level.
  state: LampState, 1 byte
  lines that it drives: 1
  window: ports 0x700..0x701, registers of 1 byte; filter: read_level
  parameter: irq: number of an interrupt input
  parameter: level: u8, may be left out
  filter read_level: 6 lines, at most N instructions
    reads that it may answer: 0x0
    writes that it may answer: none

  register  offset  reads by    writes by
  LEVEL     0x0     read_level  model
  RESET     0x1     model       model
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lamp.py").write_text(LAMP)
    return tmp_path


def documented(*words: str) -> Any:
    document = json.loads(lightexit("devices", "--json", *words).stdout)
    check(document, "devices")
    return document["devices"]


def test_a_page_of_one(folder: Path) -> None:
    printed = lightexit("devices", "lamp.py:Lamp,at=0x700").stdout
    assert re.sub(r"at most \d+ ", "at most N ", printed) == PAGE


def test_without_an_address(folder: Path) -> None:
    assert "  window: 2 ports, registers of 1 byte; " in lightexit("devices", "lamp.py:Lamp").stdout


def test_a_filter_without_a_proof_says_why(folder: Path) -> None:
    printed = lightexit("devices", "lamp.py:Bad").stdout
    assert "  filter refused: no proof\n" in printed
    assert re.search(r"^    .*lamp\.py:22:.*ctx\.data", printed, re.MULTILINE)


def test_as_json(folder: Path) -> None:
    (lamp,) = documented("lamp.py:Lamp,at=0x700,level=9")
    assert lamp["registers"] == [
        {"name": "LEVEL", "offset": 0, "reads": "read_level", "writes": None},
        {"name": "RESET", "offset": 1, "reads": None, "writes": None},
    ]
    assert lamp["windows"][0]["address"] == 0x700
    assert lamp["filters"][0]["handled_reads"] == [[0, 0]]
    assert lamp["state_bytes"] == 1


def test_all_of_ours_are_listed_with_their_costs() -> None:
    listed = {each["name"]: each for each in documented()}
    assert set(plugins.DEVICES.ours) <= set(listed)
    assert listed["port61"]["windows"][0]["address"] == 0x61
    for each in listed.values():
        assert each["error"] is None
        assert all(filter_["cost"] > 0 for filter_ in each["filters"])
    printed = lightexit("devices").stdout
    assert re.search(
        r"^pit +lightexit +\d+ B +read_or_latch \(\d+\) +ports 0x40\.\.0x43$", printed, re.M
    )


def test_a_broken_one_keeps_no_other_from_being_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata = tmp_path / "odd-1.5.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1.5\n")
    (metadata / "entry_points.txt").write_text("[lightexit.devices]\nodd = odd_module:Odd\n")
    (tmp_path / "odd_module.py").write_text("x = 1\nraise SystemExit(0)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    from typer.testing import CliRunner

    from lightexit.cli.app import app

    result = CliRunner().invoke(app, ["devices"])
    assert result.exit_code == 0
    assert "\npit " in result.stdout
    assert "odd_module.py:2:1: the device 'odd' of the distribution odd 1.5 cannot be imported" in (
        result.stderr
    )
    broken = CliRunner().invoke(app, ["devices", "--json"])
    assert [each["name"] for each in json.loads(broken.stdout)["devices"] if each["error"]] == [
        "odd"
    ]


def test_no_such_device() -> None:
    assert "try: pit" in refusal("devices", "ptt")
    assert "expected: FILE.py:CLASS" in refusal("devices", "lamp.xy")


@pytest.mark.parametrize("name", plugins.DEVICES.ours)
def test_registers_that_a_filter_answers_are_named(name: str) -> None:
    found = sheet(name)
    assert found.title
    assert found.windows
    if found.registers and found.filters:
        assert any(each.reads or each.writes for each in found.registers)


def test_a_register_is_told_apart_from_others_of_a_range_without_end() -> None:
    shown = {each.name: (each.reads, each.writes) for each in sheet("hpet").registers}
    assert {name for name, (reads, _) in shown.items() if reads} == {"COUNTER", "COUNTER_HIGH"}
    assert {writes for _, writes in shown.values()} == {None}
