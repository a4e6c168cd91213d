# SPDX-License-Identifier: Apache-2.0
"""The signal that brings a vCPU's thread out of KVM_RUN, and the timer that sends it at times."""

from __future__ import annotations

import ctypes
import functools
import signal
import threading
import time
from typing import Any

from lightexit.errors import HostError

#: Real-time signals below this one are what C libraries keep for themselves.
KICK = getattr(signal, "SIGRTMIN", 34) + 1
HEARTBEAT_NS = 50_000_000
_SIGEV_THREAD_ID = 4


@functools.cache
def ignore_kicks() -> None:
    """Give the signal a handler that does nothing: without one it would end the process.

    `signal.signal` would do from the main thread only, and have Python wake up for every kick.
    The C library's `abs` takes an int and does nothing else: that is all a handler must be.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.signal.argtypes = (ctypes.c_int, ctypes.c_void_p)
    libc.signal.restype = ctypes.c_void_p
    libc.signal(KICK, ctypes.cast(libc.abs, ctypes.c_void_p))


class _SignalEvent(ctypes.Structure):
    """struct sigevent of Linux."""

    _fields_ = (
        ("value", ctypes.c_void_p),
        ("signal", ctypes.c_int),
        ("notify", ctypes.c_int),
        ("thread", ctypes.c_int),
        ("rest", ctypes.c_char * 44),
    )


class _TimerSpec(ctypes.Structure):
    """struct itimerspec: repeat every so often, first after so long; seconds and ns each."""

    _fields_ = (("interval", ctypes.c_long * 2), ("first", ctypes.c_long * 2))


class Heartbeat:
    """Ends KVM_RUN now and then in the thread that makes it, between `start` and `stop`.

    Python runs signal handlers (Ctrl-C) in its main thread, once that is back in Python. A
    signal in KVM_RUN brings it back; one between two KVM_RUNs in native code does not.
    """

    def __init__(self) -> None:
        ignore_kicks()
        self._libc = _with_timers()
        self._timer = ctypes.c_void_p()
        event = _SignalEvent(signal=KICK, notify=_SIGEV_THREAD_ID, thread=threading.get_native_id())
        clock, made = time.CLOCK_MONOTONIC, ctypes.byref(self._timer)
        if self._libc.timer_create(clock, ctypes.byref(event), made):
            raise HostError(f"timer_create(2) failed (errno {ctypes.get_errno()})")
        self._beating, self._still = _spec(HEARTBEAT_NS), _spec(0)

    def start(self) -> None:
        """Begin to beat."""
        self._libc.timer_settime(self._timer, 0, ctypes.byref(self._beating), None)

    def stop(self) -> None:
        """No more beats."""
        self._libc.timer_settime(self._timer, 0, ctypes.byref(self._still), None)


def _with_timers() -> Any:
    """The C library; those of before 2021 have timers in a library of their own."""
    libc = ctypes.CDLL(None, use_errno=True)
    return libc if hasattr(libc, "timer_create") else ctypes.CDLL("librt.so.1", use_errno=True)


def _spec(ns: int) -> _TimerSpec:
    pair = (ctypes.c_long * 2)(0, ns)
    return _TimerSpec(pair, pair)


@functools.cache
def main_heartbeat() -> Heartbeat:
    """The main thread's, made by it on first use."""
    return Heartbeat()
