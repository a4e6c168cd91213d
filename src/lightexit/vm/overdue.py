# SPDX-License-Identifier: Apache-2.0
"""A call of a device model that does not return is ended, and becomes an error with its line.

A thread looks now and then which calls are in progress: calls themselves cost nothing more. One
that is there again and again is overdue when it has used `CPU_S` seconds of its thread's CPU time,
or when the run should have ended `PATIENCE_S` seconds ago. lightexit's own models may wait for as
long as they have to: what a guest prints may go to a pager.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any, Self

from lightexit.bus.blame import OverdueCall, described, overdue
from lightexit.bus.failures import Failures
from lightexit.bus.model import RegionPort
from lightexit.vm.schedule import Schedule

CPU_S, PATIENCE_S, LOOK_S = 5.0, 5.0, 1.0
#: A model that does not end for so many exceptions ends for none.
_MOST_RAISED = 3
_CALLERS = {
    RegionPort._read.__code__,
    RegionPort._write.__code__,
    RegionPort._act.__code__,
    Schedule._advance.__code__,
    Schedule._reset.__code__,
}
#: What they call once a model has raised.
_FAILED = {Failures.add.__code__, described.__code__}
#: Linux: the clock of a thread is its number's complement, and these bits.
_SCHEDULED = 0b110
_DEBUGGERS = {"bdb", "pdb", "debugpy", "pydevd"}


@dataclass
class _Call:
    """One in progress; as long as the frame is kept, no other call has the same one."""

    frame: FrameType
    begun_s: float
    over_s: float | None = None
    raised: int = 0


class OverdueCalls:
    """Within, overdue calls are ended. `is_over` says whether the run should have ended.

    `give_up` is called with the error where a call cannot be ended, as in one of C that blocks.
    """

    def __init__(
        self, is_over: Callable[[], bool], give_up: Callable[[BaseException], object] | None
    ) -> None:
        self._is_over = is_over
        self._give_up = give_up
        self._calls: dict[int, _Call] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="overdue calls", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._ended.set()
        self._thread.join(LOOK_S)

    def _watch(self) -> None:
        while not self._ended.wait(LOOK_S):
            self._look()
        self._calls.clear()

    def _look(self) -> None:
        own = threading.get_ident()
        found = {
            thread: call
            for thread, frame in sys._current_frames().items()
            if thread != own and (call := _call_in(frame)) is not None
        }
        for thread in self._calls.keys() - found.keys():
            del self._calls[thread]
        for thread, frame in found.items():
            known = self._calls.get(thread)
            if known is None or known.frame is not frame:
                self._calls[thread] = _Call(frame, _cpu_s(thread))
            else:
                self._judge(thread, known)

    def _judge(self, thread: int, call: _Call) -> None:
        if self._is_over():
            call.over_s = call.over_s or time.monotonic()
        if self._ended.is_set() or not self._is_overdue(thread, call):
            return
        if call.raised < _MOST_RAISED:
            call.raised += 1
            _raise_in(thread)
        elif self._give_up is not None:
            frames = list(_outwards(sys._current_frames().get(thread)))
            self._give_up(overdue(_model(call.frame), frames))

    def _is_overdue(self, thread: int, call: _Call) -> bool:
        if _cpu_s(thread) - call.begun_s >= CPU_S or call.raised:
            return True
        is_ours = type(_model(call.frame)).__module__.startswith("lightexit.")
        return (
            not is_ours
            and call.over_s is not None
            and (time.monotonic() - call.over_s >= PATIENCE_S)
        )


def _call_in(frame: FrameType) -> FrameType | None:
    """The outermost call of a model in a thread, unless somebody debugs it, or it has failed."""
    found, called = None, None
    for each in _outwards(frame):
        if each.f_globals.get("__name__") in _DEBUGGERS:
            return None
        if each.f_code in _CALLERS:
            found = None if called in _FAILED else each
        called = each.f_code
    return found


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _model(frame: FrameType) -> Any:
    told = frame.f_locals
    return told["device"] if "device" in told else told["self"].model


def _cpu_s(thread: int) -> float:
    """Seconds of CPU time of a thread; of the whole process where that is not known."""
    numbers = {each.ident: each.native_id for each in threading.enumerate()}
    number = numbers.get(thread)
    if number is None or sys.platform != "linux":
        return time.process_time()
    try:
        return time.clock_gettime(~number << 3 | _SCHEDULED)
    except OSError:  # it has ended
        return 0.0


def _raise_in(thread: int) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread), ctypes.py_object(OverdueCall)
    )
