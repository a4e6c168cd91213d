# SPDX-License-Identifier: Apache-2.0
"""The signal that brings a vCPU's thread out of KVM_RUN."""

from __future__ import annotations

import ctypes
import functools
import signal

#: Real-time signals below this one are what C libraries keep for themselves.
KICK = getattr(signal, "SIGRTMIN", 34) + 1


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
