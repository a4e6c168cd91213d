# SPDX-License-Identifier: Apache-2.0
"""`DeviceLaws`: all laws as tests of pytest."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from lightexit.errors import AuthorError
from lightexit.testing.broken import LawBroken
from lightexit.testing.laws.filters import FilterRun
from lightexit.testing.steps import Trace
from lightexit.testing.strategies import filter_runs, traces
from lightexit.testing.subject import Maker, Subject, subject_of
from lightexit.testing.table import LAWS, Law, laws_for


class DeviceLaws:
    """A device's tests: one for each law.

        class TestTicks(DeviceLaws):
            device = Ticks

    `device` may be a `Subject`, too, which says more. `settings` are hypothesis's, for all of
    them: what is given there goes over the profile that is loaded.
    """

    device: ClassVar[Any]
    settings: ClassVar[settings | None] = None

    @classmethod
    def subject(cls) -> Subject:
        """The device. Raises AuthorError where the class names none."""
        if not hasattr(cls, "device"):
            raise AuthorError(
                f"{cls.__name__} names no device",
                expected="device = Ticks, or device = Subject(Ticks, ...)",
            )
        return _known(cls.device)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for law in LAWS.values():
            if f"test_{law.name}" not in vars(cls):
                setattr(cls, f"test_{law.name}", _test(cls, law))


_SUBJECTS: dict[Any, Subject] = {}


def _known(found: Maker | Subject) -> Subject:
    """One subject for each device: to look at a device takes a moment."""
    if isinstance(found, Subject):
        return found
    return _SUBJECTS.setdefault(found, subject_of(found))


def _test(tests: type[DeviceLaws], law: Law) -> Callable[[Any], None]:
    def test(_self: Any) -> None:
        __tracebackhide__ = True
        if reason := law.reason_against(tests.subject()):
            pytest.skip(reason)
        search(tests, law.name, terms=tests.settings)

    test.__name__ = f"test_{law.name}"
    test.__qualname__ = f"{tests.__qualname__}.{test.__name__}"
    test.__doc__ = law.says
    test.__module__ = tests.__module__
    return test


def search(
    device: Subject | Maker | type[DeviceLaws],
    *laws: str,
    terms: settings | None = None,
) -> None:
    """Look for examples that break one of these laws (all that there are, if none is named), on
    hypothesis's terms. Each example is held to all of them.

    Raises LawBroken, for the smallest example that was found, and AuthorError for a law that is
    not known.
    """
    __tracebackhide__ = True
    subject = subject_of(device)
    chosen = laws_for(subject, laws)
    for law in chosen:
        for example in law.given(subject) if law.given else ():
            law.hold(device, example)
    for kind in (Trace, FilterRun):
        held = [law for law in chosen if law.of is kind and law.given is None]
        if held:
            try:
                _search(device, held, terms or settings())
            except LawBroken as error:  # what was found, and none of the calls that led there
                raise error.with_traceback(None) from error.__cause__


def _search(device: Any, laws: Sequence[Law], terms: settings) -> None:
    __tracebackhide__ = True

    def hold(example: Trace | FilterRun) -> None:
        __tracebackhide__ = True
        for law in laws:
            law.hold(device, example)

    # What was found is kept by that name.
    title = getattr(device, "__qualname__", subject_of(device).name)
    hold.__name__ = re.sub(r"\W", "_", "_".join([title, *(law.name for law in laws)]))
    more = settings(terms, max_examples=terms.max_examples * laws[0].times)
    patient(more)(given(examples_for(subject_of(device), laws[0]))(hold))()


def examples_for(subject: Subject, law: Law) -> SearchStrategy[Any]:
    """What a law is asked about."""
    return filter_runs(subject) if law.of is FilterRun else traces(subject)


def patient(terms: settings) -> settings:
    """Terms on which an example may take as long as it takes, and one finding is enough."""
    return settings(
        terms,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=[each for each in terms.phases if each is not Phase.explain],
    )
