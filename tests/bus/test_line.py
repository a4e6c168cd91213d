# SPDX-License-Identifier: Apache-2.0
"""Interrupt wires."""

from __future__ import annotations

from lightexit.bus.line import Line, fork, joined


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


def test_who_watches_hears_of_a_change_before_the_listener() -> None:
    heard: list[str] = []
    line = Line(lambda level: heard.append(f"listener {level}"))
    for watcher in ("first", "second"):
        line.watch(lambda level, who=watcher: heard.append(f"{who} {level}"))  # type: ignore[misc]
    line.set(True)
    line.set(True)
    assert heard == ["second True", "first True", "listener True"]


def test_joined_wires_are_high_while_any_input_is_high() -> None:
    heard: list[bool] = []
    one, other = joined(Line(heard.append), 2)
    one.set(True)
    other.set(True)
    one.set(False)
    assert heard == [True]
    other.set(False)
    assert heard == [True, False]


def test_a_restored_level_is_no_edge() -> None:
    heard: list[bool] = []
    line = Line(heard.append)
    line.restore(True)
    assert (heard, line.level) == ([], True)
    line.set(True)
    line.set(False)
    assert heard == [False]


def test_the_wires_behind_a_fork_are_restored_with_it() -> None:
    heard: list[bool] = []
    behind = Line(heard.append), Line(heard.append)
    line = fork(*behind)
    line.restore(True)
    assert (heard, [each.level for each in behind]) == ([], [True, True])
    line.set(False)
    assert heard == [False, False]


def test_the_output_of_joined_wires_is_restored_with_them() -> None:
    heard: list[bool] = []
    output = Line(heard.append)
    one, other = joined(output, 2)
    one.restore(True)
    other.restore(False)
    assert (heard, output.level) == ([], True)
    one.set(False)
    assert heard == [False]
    one.restore(True)
    one.restore(False)
    assert output.level is False
