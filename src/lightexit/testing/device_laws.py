# SPDX-License-Identifier: Apache-2.0
"""`DeviceLaws`: all laws as tests of pytest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lightexit.errors import AuthorError
from lightexit.testing.laws.filters import FilterRun
from lightexit.testing.steps import Trace
from lightexit.testing.strategies import filter_runs, traces
from lightexit.testing.subject import Maker, Subject, subject_of
from lightexit.testing.table import LAWS, Law


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
        found: Maker | Subject = vars(cls).get("device", cls.device)
        if isinstance(found, staticmethod):
            found = found.__func__
        return _known(found)

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
        search(tests, law.name, tests.settings)

    test.__name__ = f"test_{law.name}"
    test.__qualname__ = f"{tests.__qualname__}.{test.__name__}"
    test.__doc__ = law.says
    test.__module__ = tests.__module__
    return test


def search(
    device: Subject | Maker | type[DeviceLaws], name: str, terms: settings | None = None
) -> None:
    """Look for an example that breaks the law of that name, on hypothesis's terms.

    Raises LawBroken, for the smallest one that was found.
    """
    __tracebackhide__ = True
    subject, law = subject_of(device), LAWS[name]
    examples: st.SearchStrategy[Any] = (
        filter_runs(subject) if law.of is FilterRun else traces(subject)
    )

    terms = settings(
        terms,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=[each for each in (terms or settings()).phases if each is not Phase.explain],
    )

    def hold(example: Trace | FilterRun) -> None:
        __tracebackhide__ = True
        law.hold(device, example)

    # What was found is kept by that name.
    hold.__name__ = f"{getattr(device, '__qualname__', subject.name)}_{law.name}"
    terms(given(examples)(hold))()
