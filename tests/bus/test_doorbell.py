# SPDX-License-Identifier: Apache-2.0
"""Doorbells: counters of rings, and filters that ring them without Python."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from bus.plain import ENGINE, Cells, Recorder, StateView, plain
from lightexit.abi import DOORBELLS, IoContext, Space, Verdict
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.doorbell import Bell, EventFd, bell, eventfds
from lightexit.bus.line import Line
from lightexit.bus.model import _ACT, _address
from lightexit.bus.region import pio
from lightexit.errors import AuthorError

PORT = 0x40
FULL = (1 << 64) - 2

needs_eventfd = pytest.mark.skipif(not hasattr(os, "eventfd"), reason="this host has no eventfd")
KINDS = [Bell, pytest.param(EventFd, marks=needs_eventfd)]
Kind = type[Bell] | type[EventFd]


# Counters of rings


@pytest.mark.parametrize("kind", KINDS)
def test_a_wait_takes_all_rings_so_far(kind: Kind) -> None:
    doorbell = kind()
    for _ in range(3):
        doorbell()
    assert (doorbell.wait(), doorbell.wait(0)) == (3, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_wait_ends_with_a_ring(kind: Kind) -> None:
    doorbell = kind()
    timer = threading.Timer(0.02, doorbell)
    timer.start()
    assert doorbell.wait(10) == 1
    timer.join()


@pytest.mark.parametrize("kind", KINDS)
def test_a_wait_ends_without_a_ring(kind: Kind) -> None:
    begun = time.monotonic()
    assert kind().wait(0.02) == 0
    assert time.monotonic() - begun >= 0.019


@needs_eventfd
def test_a_full_eventfd_does_not_block_and_still_wakes() -> None:
    doorbell = EventFd()
    os.eventfd_write(doorbell.fd, FULL)
    doorbell()
    assert doorbell.wait(0) == FULL


@needs_eventfd
def test_an_eventfd_is_closed_with_its_last_reference() -> None:
    fd = EventFd().fileno()
    gc.collect()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)


def test_a_host_gets_eventfd_doorbells_if_it_has_eventfds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(bell(), EventFd) == hasattr(os, "eventfd")
    monkeypatch.delattr(os, "eventfd", raising=False)
    assert isinstance(bell(), Bell)


@needs_eventfd
def test_only_doorbells_with_a_number_are_found() -> None:
    doorbell = EventFd()
    assert eventfds((print, doorbell, *[doorbell] * 40)).keys() == set(range(1, DOORBELLS))


# Filters that ring


def signals(*numbers: int, also: Callable[[IoContext], object] = lambda ctx: None) -> Any:
    def run(ctx: IoContext, *_states: StateView) -> Verdict:
        for number in numbers:
            ctx.signal(number)
        also(ctx)
        return Verdict.HANDLED

    return run


class Rig:
    """A device with these doorbells and one line; what Python was asked to carry out."""

    def __init__(self, run: Any, *doorbells: Callable[[], object], writes_state: bool = False):
        self.levels: list[bool] = []
        self.asked: list[int] = []
        self.device = Recorder(pio(1, filter=plain(run, Cells, writes_state=writes_state)).at(PORT))
        self.device.doorbells = doorbells
        self.device.lines = (Line(self.levels.append),)
        self.bus = Bus(ManualClock(), ENGINE)
        self.bus.attach(self.device)
        self._note_what_python_is_asked()

    def _note_what_python_is_asked(self) -> None:
        (port,) = self.bus._ports[self.device]

        def act(host: None, context: int) -> None:
            self.asked.append(context)
            port._act(host, context)

        self._act = _ACT(act)
        port._record.fields.act = _address(self._act)

    def ring(self) -> None:
        self.bus.write(Space.PIO, PORT, 0, 1)


@needs_eventfd
@pytest.mark.parametrize("writes_state", [False, True])
def test_eventfds_are_rung_without_python(writes_state: bool) -> None:
    bells = [EventFd() for _ in range(DOORBELLS)]
    rig = Rig(signals(0, 5, 31), *bells, writes_state=writes_state)
    rig.ring()
    rig.ring()
    rung = {number: count for number, bell in enumerate(bells) if (count := bell.wait(0))}
    assert rung == {0: 2, 5: 2, 31: 2}
    assert rig.asked == []
    assert rig.device.memory.header.version == (4 if writes_state else 0)


@needs_eventfd
def test_a_filter_that_passes_rings_nothing() -> None:
    def run(ctx: IoContext, *_states: StateView) -> Verdict:
        ctx.signal(0)
        return Verdict.PASS

    doorbell = EventFd()
    rig = Rig(run, doorbell)
    rig.ring()
    assert (doorbell.wait(0), rig.asked) == (0, [])
    assert rig.device.log == [("write", 0, 0, 1)]


@needs_eventfd
def test_with_other_actions_python_carries_out_all_of_them_once() -> None:
    doorbell, heard = EventFd(), Bell()
    rig = Rig(signals(0, 1, also=lambda ctx: ctx.raise_line(0)), doorbell, heard)
    rig.ring()
    assert (doorbell.wait(0), heard.wait(0), rig.levels) == (1, 1, [True])
    assert len(rig.asked) == 1


@needs_eventfd
@pytest.mark.parametrize("also", ["raise_line", "lower_line", "pulse_line"])
def test_no_line_action_is_lost_beside_an_eventfd(also: str) -> None:
    doorbell = EventFd()
    rig = Rig(signals(0, also=lambda ctx: getattr(ctx, also)(0)), doorbell)
    rig.device.lines[0].set(also == "lower_line")
    rig.levels.clear()
    rig.ring()
    wanted = {"raise_line": [True], "lower_line": [False], "pulse_line": [True, False]}
    assert (doorbell.wait(0), rig.levels) == (1, wanted[also])


@needs_eventfd
def test_an_unsupported_request_beside_an_eventfd_is_an_error() -> None:
    rig = Rig(signals(0, also=lambda ctx: ctx.end_of_interrupt(1)), EventFd())
    with pytest.raises(AuthorError, match="asks for EOIs"):
        rig.ring()


@needs_eventfd
def test_an_eventfd_that_is_full_is_no_error() -> None:
    doorbells = [EventFd(), EventFd(), EventFd()]
    os.eventfd_write(doorbells[1].fd, FULL)
    Rig(signals(0, 1, 2), *doorbells).ring()
    assert [doorbell.wait(0) for doorbell in doorbells] == [1, FULL, 1]


@needs_eventfd
def test_an_eventfd_that_was_closed_is_an_error() -> None:
    doorbell = EventFd()
    rig = Rig(signals(0), doorbell)
    copy = os.dup(doorbell.fd)
    os.close(doorbell.fd)
    with pytest.raises(AuthorError, match="Bad file descriptor"):
        rig.ring()
    os.dup2(copy, doorbell.fd)
    os.close(copy)
    rig.ring()
    assert doorbell.wait(0) == 1


@needs_eventfd
def test_an_attached_device_keeps_its_eventfds_open() -> None:
    rig = Rig(signals(0), EventFd())
    doorbell = rig.device.doorbells[0]
    assert isinstance(doorbell, EventFd)
    copy = os.dup(doorbell.fd)
    rig.device.doorbells = ()
    del doorbell
    gc.collect()
    rig.ring()
    assert os.eventfd_read(copy) == 1
    os.close(copy)


def test_a_portable_doorbell_is_rung_by_way_of_python() -> None:
    doorbell = Bell()
    rig = Rig(signals(0), doorbell)
    rig.ring()
    assert (doorbell.wait(0), len(rig.asked)) == (1, 1)


# Of another process


@needs_eventfd
def test_an_eventfd_that_another_has_made_is_the_same_counter() -> None:
    here = EventFd()
    there = EventFd(here.fd)
    assert there.fd != here.fd
    here()
    assert (there.wait(0), here.wait(0)) == (1, 0)


@needs_eventfd
@pytest.mark.parametrize("path", ["/dev/null", None])
def test_what_is_no_eventfd_is_refused(path: str | None) -> None:
    fd = os.open(path, os.O_RDONLY) if path else 12345
    with pytest.raises(AuthorError, match=rf"the descriptor {fd} is no eventfd but {path or 'n'}"):
        EventFd(fd)
    if path:
        os.close(fd)
