# SPDX-License-Identifier: Apache-2.0
"""The monitor: any line gets an answer, and none works the terminal."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from laws.terminal import CONSOLE, worked
from lightexit import Clock, Device, Struct, pio, u8
from lightexit.bus.clock import HostClock
from lightexit.cli.control import Control
from lightexit.cli.monitor import COMMANDS, Monitor
from lightexit.cli.pace import RunPace
from lightexit.cli.screen import ConsoleMode, Screen
from lightexit.cli.streams import PlainStream
from lightexit.vm.machine import Machine
from lightexit.vm.pc import PcConfig, pc_machine

NAMES = [name for each in COMMANDS for name in each.names.split()]
HOSTILE = "\x1b[2J\x9b\u202e"


class HostileState(Struct):
    """Nothing."""

    nothing: u8


class Hostile(Device[HostileState]):
    """A device with a name that would work a terminal."""

    name = f"hostile{HOSTILE}"
    regions = (pio(1),)

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)


class AtOnce(Control):
    """Does what it is asked for."""

    def ask(self, work: Callable[[], str]) -> str:
        """On this thread: nothing runs."""
        return work()


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """One that does not run, with a hostile device that has been accessed."""
    # in al, 0xE0; hlt
    with pc_machine(PcConfig(kernel=bytes.fromhex("e4e0 fa f4")), HostClock()) as made:
        made.add(Hostile(made.clock), at=0xE0)
        made.run()
        yield made


def shown(text: str) -> bytes:
    """What reaches a terminal of it."""
    out = io.FileIO(os.memfd_create("screen"), "r+")
    screen = Screen(PlainStream(io.BufferedWriter(out), "utf-8", "a file"), ConsoleMode.TEXT)
    screen.say(text)
    out.seek(0)
    return out.read()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.one_of(st.text(), st.builds("{} {}".format, st.sampled_from(NAMES), st.text())))
@example("registers")
@example(f"registers hostile{HOSTILE}")
@example("table")
@example("status")
def test_any_line_is_answered_in_plain_text(machine: Machine, line: str) -> None:
    if line.split()[:1] in (["save"], ["reset"], ["power"]):
        return
    monitor = Monitor(AtOnce(machine, lambda: False), RunPace(machine))
    said = monitor.open() + monitor.execute(line)
    assert worked(shown(said), CONSOLE) == []
    assert len(said) < 10_000


def test_a_hostile_device_is_shown(machine: Machine) -> None:
    monitor = Monitor(AtOnce(machine, lambda: False), RunPace(machine))
    monitor.open()
    assert r"hostile\x1b[2J" in monitor.execute("registers")
    assert r"hostile\x1b[2J" in monitor.execute("status")
    assert rb"hostile\x1b[2J" in shown(monitor.execute("table"))


def test_a_machine_is_saved_where_it_can_be(machine: Machine, tmp_path: Path) -> None:
    monitor = Monitor(AtOnce(machine, lambda: False), RunPace(machine))
    monitor.open()
    assert "saved in" in monitor.execute(f"save {tmp_path / 'saved'}")
    assert (tmp_path / "saved").exists()
    for name in ("\0", "\ud800", "/nowhere/saved", str(tmp_path), "x" * 5000, "/dev/null"):
        said = monitor.execute(f"save {name}")
        assert "saved in" not in said
        assert worked(shown(said), CONSOLE) == []
