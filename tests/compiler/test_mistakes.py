# SPDX-License-Identifier: Apache-2.0
"""Hints that are followed: the filter compiles, is proved, and changes no value unsaid."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from compiler.authoring import function
from compiler.mistakes import MISTAKES, changes, complaint, followed, module, remark
from lightexit.errors import AuthorError

#: CPython has its own word on `is` with a number, and on a coroutine that nobody awaits.
pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::RuntimeWarning")


def told(name: str) -> AuthorError:
    error = complaint(module(MISTAKES[name].source), f"{name}.py")
    assert error is not None, "nothing is wrong with it"
    return error


def repaired(name: str) -> str:
    """The module as its author leaves it once the message is understood."""
    error = told(name)
    if error.hint:
        return followed(module(MISTAKES[name].source), error)
    assert MISTAKES[name].repair, f"neither hint nor repair:\n{error}"
    return module(MISTAKES[name].repair)


@pytest.mark.parametrize("name", MISTAKES)
def test_the_message_is_the_one_we_read(name: str, golden: Callable[[str, str], None]) -> None:
    source = module(MISTAKES[name].source)
    golden(f"mistakes/{name}.txt", f"{source}\n\n{told(name)}\n\n{repaired(name)}\n")


@pytest.mark.parametrize("name", MISTAKES)
def test_every_message_has_a_place_and_a_way_out(name: str) -> None:
    error = told(name)
    assert error.where is not None
    assert error.where.text.strip()
    assert error.expected
    assert error.hint or error.advice


@pytest.mark.parametrize("name", MISTAKES)
def test_what_is_repaired_is_proved(name: str) -> None:
    assert not (told(name).hint and MISTAKES[name].repair), "the hint is the repair"
    error = complaint(repaired(name), f"{name}_repaired.py")
    assert error is None, f"{repaired(name)}\n{error}"


@pytest.mark.parametrize("name", MISTAKES)
def test_a_hint_changes_no_value_without_saying_so(name: str) -> None:
    error = told(name)
    if not error.hint or remark(error):
        return
    source = module(MISTAKES[name].source)
    before = function(source, f"{name}.py")
    after = function(followed(source, error), f"{name}_repaired.py")
    assert not changes(before, after), str(error)
