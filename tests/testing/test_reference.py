# SPDX-License-Identifier: Apache-2.0
"""A device is held to another one that is right."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings
from typer.testing import CliRunner

from lightexit.cli.app import app
from lightexit.cli.status import ExitCode
from lightexit.errors import AuthorError
from lightexit.testing import LawBroken, Subject, search
from testing.alarms import Alarm, Quiet, Slow

TERMS = settings(derandomize=True, database=None, max_examples=50)
#: What Alarm and Quiet are, as one of an earlier version and one of today's.
FILE = """
from lightexit import Clock, Device, Line
from testing import alarms


class Now(alarms.{now}):
    pass


class Before(alarms.Alarm):
    def __init__(self, clock: Clock, irq: Line) -> None:
        super().__init__(clock, irq)
        self.is_old = True
"""


def test_a_device_is_as_its_reference() -> None:
    search(Subject(Alarm, reference=Alarm, outside=("receive", "status")), "reference", terms=TERMS)


@pytest.mark.parametrize("wrong", [Quiet, Slow])
def test_one_that_is_not_is_found(wrong: type[Alarm]) -> None:
    with pytest.raises(LawBroken, match=r"of the device, .* of the reference") as caught:
        search(Subject(wrong, reference=Alarm), "reference", terms=TERMS)
    source = caught.value.test
    assert f"    replay(Subject({wrong.__name__}, reference=Alarm), Trace(" in source
    assert "    from testing.alarms import Alarm\n" in source
    with pytest.raises(LawBroken, match="of the reference"):
        exec(source + f"\ntest_{wrong.__name__.lower()}_reference()", {})


@pytest.mark.parametrize(("now", "status"), [("Alarm", 0), ("Quiet", ExitCode.BROKEN)])
def test_the_command_takes_one(now: str, status: int, tmp_path: Path) -> None:
    file = tmp_path / "clocks.py"
    file.write_text(FILE.format(now=now))
    words = ["check", f"{file}:Now", "--reference", f"{file}:Before", "--law", "reference"]
    ran = CliRunner().invoke(app, [*words, "--seed", "1", "--examples", "30"])
    assert ran.exit_code == status, ran.output
    if status:
        assert "replay(Subject(Now, reference=Before), Trace(" in ran.stdout


def test_workers_of_a_cluster_know_a_reference_by_a_subject_only(tmp_path: Path) -> None:
    file = tmp_path / "clocks.py"
    file.write_text(FILE.format(now="Alarm"))
    words = ["check", f"{file}:Now", "--reference", f"{file}:Before", "--cluster", "tcp://x:1"]
    error = CliRunner().invoke(app, words).exception
    assert isinstance(error, AuthorError)
    assert "Subject(Lamp, reference=OldLamp)" in error.expected
