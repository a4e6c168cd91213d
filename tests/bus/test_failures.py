# SPDX-License-Identifier: Apache-2.0
"""Errors of models: which one is raised, where, and in which thread."""

from __future__ import annotations

import threading

import pytest

from lightexit.bus.failures import Failures
from lightexit.errors import AuthorError


class Model:
    name = "a model"


MODEL = Model()


def host_access(failures: Failures, *errors: Exception) -> None:
    with failures.raised_here():
        for error in errors:
            failures.add(MODEL, error)


def test_an_error_in_a_guests_access_waits_until_it_is_asked_for() -> None:
    failures, told = Failures(), list[bool]()
    failures.on_failure = lambda: told.append(True)
    failures.add(MODEL, AuthorError("out of paper"))
    assert told == [True]
    with pytest.raises(AuthorError, match="out of paper"):
        failures.raise_pending()
    failures.raise_pending()


def test_of_several_errors_the_first_is_raised_and_all_are_reported() -> None:
    failures, told = Failures(), list[bool]()
    failures.on_failure = lambda: told.append(True)
    failures.add(MODEL, AuthorError("out of paper"))
    failures.add(MODEL, AuthorError("on fire"))
    assert told == [True, True]
    with pytest.raises(AuthorError, match="out of paper"):
        failures.raise_pending()
    failures.raise_pending()


def test_an_error_that_was_cleared_is_not_raised() -> None:
    failures = Failures()
    failures.add(MODEL, AuthorError("out of paper"))
    failures.forget()
    failures.raise_pending()


def test_a_host_access_raises_its_own_first_error_and_stops_no_run() -> None:
    failures, told = Failures(), list[bool]()
    failures.on_failure = lambda: told.append(True)
    with pytest.raises(AuthorError, match="out of paper"):
        host_access(failures, AuthorError("out of paper"), AuthorError("on fire"))
    assert told == []
    failures.raise_pending()


def test_an_error_of_a_nested_access_can_be_caught() -> None:
    failures, caught = Failures(), list[bool]()
    with failures.raised_here():
        try:
            host_access(failures, AuthorError("out of paper"))
        except AuthorError:
            caught.append(True)
    assert caught == [True]


def test_a_guests_error_is_not_raised_by_a_concurrent_host_access() -> None:
    failures = Failures()
    with failures.raised_here():
        guest = threading.Thread(target=failures.add, args=(MODEL, AuthorError("out of paper")))
        guest.start()
        guest.join()
    with pytest.raises(AuthorError, match="out of paper"):
        failures.raise_pending()


def test_any_other_exception_becomes_an_error_that_names_the_model() -> None:
    with pytest.raises(AuthorError, match="the model of a model failed: ZeroDivisionError"):
        host_access(Failures(), ZeroDivisionError())
