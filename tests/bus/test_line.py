# SPDX-License-Identifier: Apache-2.0
"""Interrupt wires."""

from __future__ import annotations

from lightexit.bus.line import Line, joined


def test_a_listener_hears_changes_only() -> None:
    heard: list[bool] = []
    line = Line(heard.append)
    for level in (False, True, True, False):
        line.set(level)
    assert heard == [True, False]


def test_a_pulse_leaves_the_line_low() -> None:
    heard: list[bool] = []
    line = Line(heard.append)
    line.pulse()
    assert (heard, line.level) == ([True, False], False)


def test_joined_wires_are_up_while_any_is() -> None:
    heard: list[bool] = []
    one, other = joined(Line(heard.append), 2)
    one.set(True)
    other.set(True)
    one.set(False)
    assert heard == [True]
    other.set(False)
    assert heard == [True, False]
