# SPDX-License-Identifier: Apache-2.0
"""What the filters of these tests work on."""

from __future__ import annotations

import ctypes
import functools
import logging
import math
import random
import struct
import time
from enum import IntEnum, IntFlag

import numpy as np

from lightexit.filter import (
    Array,
    IoContext,
    Struct,
    Verdict,
    array,
    full_barrier,
    i8,
    i16,
    i32,
    i64,
    inline,
    io_filter,
    muldiv64,
    u8,
    u16,
    u32,
    u64,
)

__all__ = [
    "NAME",
    "PERIOD",
    "RATIO",
    "Array",
    "Flag",
    "IoContext",
    "Other",
    "Reg",
    "State",
    "Struct",
    "Timer",
    "Verdict",
    "array",
    "ctypes",
    "full_barrier",
    "functools",
    "i8",
    "i16",
    "i32",
    "i64",
    "inline",
    "io_filter",
    "logging",
    "math",
    "muldiv64",
    "np",
    "random",
    "struct",
    "time",
    "u8",
    "u16",
    "u32",
    "u64",
]


class Reg(IntEnum):
    COMMAND = 0
    STATUS = 1
    DATA = 4


class Flag(IntFlag):
    READY = 1
    ERROR = 0x80


class Timer(Struct):
    count: u32
    running: bool
    steps: Array[u16] = array(u16, 3)

    @inline
    def remaining(self, until: u32) -> u32:
        return u32(until - self.count) if self.running else 0


class State(Struct):
    base: u64
    count: u32
    control: u16
    status: u8
    enabled: bool
    ram: Array[u8] = array(u8, 10)
    table: Array[u32] = array(u32, 8)
    timers: Array[Timer] = array(Timer, 3)
    first: Timer
    skew: i64
    trim: i8


class Other(Struct):
    total: u64
    armed: bool


PERIOD = 10
NAME = "uart"
RATIO = 0.5
