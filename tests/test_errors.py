# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest

from lightexit.errors import AuthorError, InternalError, Location


def test_a_message_says_what_where_expected_and_how() -> None:
    where = Location("pit.py", 42, 12, 15, "    count = 1.5 * ticks\n")
    hint, advice = "muldiv64(...)", "a smaller factor"
    error = AuthorError("a float", where=where, expected="an integer", hint=hint, advice=advice)
    assert str(error) == (
        "pit.py:42:13: a float\n"
        "    count = 1.5 * ticks\n"
        "            ^^^\n"
        "  expected: an integer\n"
        "  try: muldiv64(...)\n"
        "  help: a smaller factor"
    )


def test_parts_that_are_not_known_are_left_out() -> None:
    assert str(AuthorError("no such engine")) == "no such engine"
    assert str(AuthorError("bad", where=Location("x.o", 3))) == "x.o:3: bad"


def test_carets_stay_on_the_line() -> None:
    assert Location("f.py", 1, 4, 900, "    x\n").excerpt() == "    x\n    ^"


def test_exit_status_depends_on_the_kind_of_error() -> None:
    assert (AuthorError.exit_status, InternalError.exit_status) == (2, 70)


def test_a_path_below_the_working_directory_is_told_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, outside = Location(f"{tmp_path}/a/b.py", 3), Location("/elsewhere/b.py", 3)
    monkeypatch.chdir(tmp_path)
    assert (str(inside), str(outside)) == ("a/b.py:3", "/elsewhere/b.py:3")
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path / "a")
    assert str(inside) == "b.py:3"
    (tmp_path / "a").rmdir()
    assert str(inside) == f"{tmp_path}/a/b.py:3"
