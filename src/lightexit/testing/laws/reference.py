# SPDX-License-Identifier: Apache-2.0
"""The law of references: a guest cannot tell a device from one that is right."""

from __future__ import annotations

import dataclasses

from lightexit.testing.compare import Sides
from lightexit.testing.player import Player
from lightexit.testing.steps import Trace
from lightexit.testing.subject import Subject


def check_reference(subject: Subject, trace: Trace) -> None:
    """Answers, levels of lines and calls are those of the reference. Its state may be another."""
    assert subject.reference is not None
    right = dataclasses.replace(subject, device=subject.reference, reference=None)
    expected, found = (Player(each, trace.start_ns) for each in (right, subject))
    titles = "of the reference", "of the device"
    Sides(expected, found, titles, states=False).hold(trace)
