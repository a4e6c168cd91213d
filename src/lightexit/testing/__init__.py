# SPDX-License-Identifier: Apache-2.0
"""Tests of devices: random traffic, laws, and a class of tests for pytest.

    from lightexit.testing import DeviceLaws

    class TestTicks(DeviceLaws):
        device = Ticks

docs/testing.md tells the whole. Needs the extra `testing`.
"""

from __future__ import annotations

from lightexit.extras import optional

with optional("lightexit.testing"):
    from lightexit.testing.device_laws import DeviceLaws, search
    from lightexit.testing.strategies import filter_runs, traces

from lightexit.rigs.rig import Rig
from lightexit.testing.broken import LawBroken
from lightexit.testing.laws.filters import FilterRun
from lightexit.testing.recorded import recorded
from lightexit.testing.same import assert_same
from lightexit.testing.steps import (
    Drive,
    Expect,
    FromOutside,
    Jump,
    JumpDeadline,
    Read,
    Reset,
    Restore,
    Step,
    Trace,
    Wait,
    WaitDeadline,
    Write,
)
from lightexit.testing.subject import Subject
from lightexit.testing.table import LAWS, Law, replay

__all__ = [
    "LAWS",
    "DeviceLaws",
    "Drive",
    "Expect",
    "FilterRun",
    "FromOutside",
    "Jump",
    "JumpDeadline",
    "Law",
    "LawBroken",
    "Read",
    "Reset",
    "Restore",
    "Rig",
    "Step",
    "Subject",
    "Trace",
    "Wait",
    "WaitDeadline",
    "Write",
    "assert_same",
    "filter_runs",
    "recorded",
    "replay",
    "search",
    "traces",
]
