# SPDX-License-Identifier: Apache-2.0
"""`lightexit check`: what it finds, counts and prints; the same seed finds the same."""

from __future__ import annotations

import inspect
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import scale
from cli.forked import lightexit, refusal
from cli.test_schemas import check as check_schema
from lightexit.cli.checkreport import page
from lightexit.testing import LawBroken
from lightexit.testing.campaign import CampaignPlan, Pace, plan_for, run_here, run_share
from lightexit.testing.named import subject_named

SOURCE = str(Path(__file__).parents[2] / "src")
LAMPS = """
from enum import IntEnum
from lightexit import Clock, Device, IoContext, Struct, Verdict, io_filter, pio, u8

class Reg(IntEnum):
    LEVEL = 0
    COLOUR = 1

class LampState(Struct):
    level: u8

@io_filter
def read_level(ctx: IoContext, lamp: LampState) -> Verdict:
    if ctx.is_write or ctx.offset != Reg.LEVEL:
        return Verdict.PASS
    if lamp.level == 111 and ctx.now_ns == 222:
        return Verdict.PASS
    ctx.data = lamp.level
    return Verdict.HANDLED

class Lamp(Device[LampState]):
    name = "lamp"
    registers = Reg
    regions = (pio(2, register_width=1, filter=read_level),)

    def __init__(self, clock: Clock, level: u8) -> None:
        super().__init__(clock)
        self.first = level
        self.reset()

    def reset(self) -> None:
        self.state.level = self.first

    def read(self, offset: int, size: int) -> int:
        return self.shown() if offset == Reg.LEVEL else 0

    def shown(self) -> int:
        return self.state.level

    def write(self, offset: int, value: int, size: int) -> None:
        if offset == Reg.LEVEL:
            self.state.level = u8(value)

class Dim(Lamp):
    name = "dim"

    def shown(self) -> int:
        return self.state.level & 0x7F

class Odd(Lamp):
    name = "odd"
    asked = 0

    def shown(self) -> int:
        Odd.asked += 1
        return self.state.level if Odd.asked % 7 else 0

class Torn(Lamp):
    name = "torn"

    def shown(self) -> int:
        raise KeyError("no bulb")

def without_filter(clock: Clock) -> Dim:
    dim = Dim(clock, u8(3))
    dim.regions = (pio(2, register_width=1),)
    return dim

@io_filter
def refused(ctx: IoContext, lamp: LampState) -> Verdict:
    return Verdict.HANDLED

class Refused(Dim):
    name = "refused"
    regions = (pio(2, filter=refused),)

class Kept(Dim):
    name = "kept"
    outlives_reset = "a battery keeps it"

class Raises(Dim):
    name = "raises"
    def __init__(self, clock: Clock) -> None:
        raise RuntimeError("no such lamp")
"""
TESTS = """
from lightexit.testing import DeviceLaws, Subject
from lamps import Dim

class TestDim(DeviceLaws):
    device = Subject(Dim, settings={"level": 3}, exempt={"transparent": "it is dim"})
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "lamps.py").write_text(LAMPS)
    (tmp_path / "test_dim.py").write_text(TESTS)
    subject_named.cache_clear()
    return tmp_path


def found(*words: str, status: int) -> Any:
    result = lightexit("check", "--json", *words)
    assert result.returncode == status, result
    assert result.stderr == ""
    document = json.loads(result.stdout)
    check_schema(document, "check")
    return document


def timeless(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: timeless(value) for name, value in part.items() if name != "seconds"}
    return [timeless(each) for each in part] if isinstance(part, list) else part


def broken(document: Any) -> dict[str, Any]:
    return {each["name"]: each["finding"] for each in document["laws"] if each["finding"]}


def test_a_right_device(folder: Path) -> None:
    words = "lamps.py:Lamp,level=3", "--seed", "1", "--examples", "8"
    laws = [each for name in ("transparent", "saved", "any_state") for each in ("--law", name)]
    document = found(*words, *laws, status=0)
    asked = [each for each in document["laws"] if each["asked"]]
    assert {each["examples"] for each in asked} == {8}
    assert document["examples"] == 8 * len(asked)
    (filter,) = document["coverage"]["filters"]
    assert filter["outcomes"] > filter["reached"] == filter["outcomes"] - len(filter["missed"])
    lines = {each["line"] for each in filter["missed"]}
    assert LAMPS.split("\n").index("    if lamp.level == 111 and ctx.now_ns == 222:") + 1 in lines
    level, colour = document["coverage"]["registers"]
    assert level["name"] == "LEVEL"
    assert level["reads"]["filter"] > 0 < level["writes"]["model"]
    assert colour["reads"]["filter"] == 0 < colour["reads"]["model"]
    assert timeless(found(*words, *laws, status=0)) == timeless(document)


TARGET = "lamps.py:Dim,level=3"


def test_a_wrong_device_and_the_test_that_shows_it(folder: Path) -> None:
    subject = subject_named(TARGET)
    plan = plan_for(subject, 1, 40, ["transparent", *["engines"] * scale.is_long])
    result = run_here(TARGET, plan, Pace())
    assert {each.share.law for each in result.findings} == set(plan.laws)
    for finding in result.findings:
        assert finding.is_smallest
        names: dict[str, Any] = {}
        exec(finding.test, names)
        (test,) = (each for name, each in names.items() if name.startswith("test_"))
        with pytest.raises(LawBroken, match="it answers 0xff with filters") as caught:
            test()
        assert finding.message.split("\n")[0] in str(caught.value)
        assert "value=0xff" in finding.test or "value=0x80" in finding.test
    first, *_ = lines = [*page(TARGET, subject, result)]
    count = len(plan.laws)
    assert first.startswith(f"lamps.py:Dim,level=3: {count} of {count} laws broken, ")
    assert first.endswith(" s, seed 1")
    assert any(line.split()[-1:] == ["BROKEN"] for line in lines)
    assert "    def test_dim_transparent() -> None:" in "\n".join(lines).split("\n")
    assert "  this test shows it:" in lines


def test_the_page_tells_jumps_that_are_not_reached_from_those_that_go_one_way(folder: Path) -> None:
    words = "lamps.py:Lamp,level=3", "--seed", "1", "--law", "answers", "--examples", "3"
    told = [line for line in lightexit("check", *words).stdout.split("\n") if "lamps.py:" in line]
    places = [line.rpartition(", `")[0] for line in told[1:]]
    assert len(set(places)) == len(places) > 0
    assert any(line.endswith("is never reached") for line in told)


def test_the_first_finding_may_be_enough(folder: Path) -> None:
    words = "lamps.py:Torn,level=3", "--seed", "1", "--first", "--law", "answers"
    document = found(*words, "--law", "engines", "--law", "saved", status=1)
    assert list(broken(document)) == ["answers"]
    assert [not each["examples"] for each in document["laws"]] == [False, True, True]


def test_a_class_of_tests_says_more(folder: Path) -> None:
    few = "--examples", "5"
    document = found(
        "test_dim.py:TestDim", "--law", "transparent", "--law", "answers", *few, status=0
    )
    reasons = {each["name"]: each["reason"] for each in document["laws"]}
    assert reasons == {"transparent": "exempt: it is dim", "answers": ""}


def test_what_outlives_a_reset_is_told_by_the_device(folder: Path) -> None:
    asked = "--law", "reset", "--law", "answers", "--examples", "5"
    document = found("lamps.py:Kept,level=3", *asked, status=0)
    reasons = {each["name"]: each["reason"] for each in document["laws"]}
    assert reasons == {"reset": "a battery keeps it", "answers": ""}


def test_a_device_that_is_not_the_same_twice(folder: Path) -> None:
    words = "lamps.py:Odd,level=3", "--seed", "1", "--law", "transparent"
    (finding,) = broken(found(*words, status=1)).values()
    assert finding["is_smallest"] or "did not show again" in finding["message"]


def finding_of(target: str) -> tuple[int, int, str]:
    """The first that breaks `transparent`, as it was drawn: share, examples, the test."""
    plan = plan_for(subject_named(target), 1, 100, ["transparent"])
    results = (run_share(target, share, reduces=False) for share in plan.shares())
    found = next(each.finding for each in results if each.finding is not None)
    return found.share.number, found.examples, found.test


def test_examples_do_not_depend_on_what_else_is_loaded(folder: Path) -> None:
    """Of modules that are no library's, hypothesis takes constants: here there are hundreds."""
    code = "from lightexit.testing.campaign import *\n"
    code += "from lightexit.testing.named import *\n" + inspect.getsource(finding_of)
    code += f"print(repr(finding_of({TARGET!r})))"
    bare = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": SOURCE},
        capture_output=True,
        text=True,
        check=True,
    )
    assert bare.stdout.strip() == repr(finding_of(TARGET))


def test_shares_have_all_examples_and_no_seed_twice() -> None:
    shares = list(CampaignPlan(("answers", "any_state"), 1, 120, {}).shares())
    assert [each.number for each in shares] == list(range(10))
    assert [each.examples for each in shares if each.law == "answers"] == [5, 10, 20, 40, 45]
    assert [each.law for each in shares[:3]] == ["answers", "any_state", "answers"]
    assert len({each.seed for each in shares}) == 10


def test_a_law_with_examples_of_its_own_is_asked_once() -> None:
    shares = list(CampaignPlan(("known", "saved"), 1, 60, {}).shares())
    assert [each.law for each in shares] == ["known", *["saved"] * 4]
    assert [each.law for each in CampaignPlan(("known",), 1, None, {}).shares()] == ["known"]


BAD = [
    (("lamps.py:Lamp",), "expected: lamps.py:Lamp,level=VALUE"),
    (("lamps.py:Lmp",), "try: lamps.py:Lamp"),
    (("lamps.py:Dim,level=3", "--law", "transparant"), "try: --law transparent"),
    (("lamps.py:Dim,level=3", "--for", "soon"), "expected: a time, as in 30s, 10m or 1h"),
    (("lamps.py:without_filter", "--law", "any_state"), "there is no filter"),
    (("lamps.py:Refused,level=3",), "lamps.py"),
    (("lamps.py:Raises",), "no such lamp"),
    (("test_dim.py:TestDim,level=3",), "Subject(..., settings=...) there"),
    (("nothing.py:Lamp",), "nothing.py"),
    (("lamps_",), "lamps_"),
]


@pytest.mark.parametrize(("words", "told"), BAD)
def test_bad_input(folder: Path, words: tuple[str, ...], told: str) -> None:
    assert told in refusal("check", *words)


def started(*words: str, **options: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "lightexit", "check", "lamps.py:Dim,level=3", *words]
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, **options)


def test_a_signal_ends_it_with_what_was_found_and_a_terminal_shows_progress(folder: Path) -> None:
    terminal, theirs = pty.openpty()
    process = started("--seed", "1", "--for", "10m", stderr=theirs)
    os.close(theirs)
    progress, end = b"", time.monotonic() + 60
    while b"laws broken" not in progress and time.monotonic() < end:
        progress += os.read(terminal, 4096)
    process.send_signal(signal.SIGINT)
    output = process.communicate(timeout=60)[0].decode()
    assert process.returncode == 1
    assert "ended by SIGINT" in output
    assert " is BROKEN, as example " in output
    assert b" examples, 1 of " in progress
    os.close(terminal)


def test_time_is_a_limit(folder: Path) -> None:
    begun = time.monotonic()
    document = found("lamps.py:Lamp,level=3", "--for", "0.5s", status=0)
    assert document["ended_by"] == "the 0.5 s are over"
    assert any(not each["examples"] for each in document["laws"] if each["asked"])
    assert time.monotonic() - begun < 60


def test_a_law_that_was_not_reached_does_not_hold(folder: Path) -> None:
    process = started("--for", "0.01s", "--law", "answers", "--law", "saved")
    told = process.communicate(timeout=120)[0].decode().splitlines()[0]
    assert re.search(r": \d+ of \d+ laws hold, \d+ not reached, ", told)
