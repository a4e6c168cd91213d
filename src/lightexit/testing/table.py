# SPDX-License-Identifier: Apache-2.0
"""`LAWS`: all laws that a device is held to, by name."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lightexit.engine.kernel import available
from lightexit.errors import AuthorError
from lightexit.testing.broken import LawBroken, source_of_test
from lightexit.testing.laws.bounds import check_answers, check_bounded
from lightexit.testing.laws.filters import (
    FilterRun,
    check_any_state,
    check_contended,
    check_engines,
    check_kernel,
    check_transparent,
)
from lightexit.testing.laws.known import check_known
from lightexit.testing.laws.reference import check_reference
from lightexit.testing.laws.saving import check_reset, check_saved
from lightexit.testing.laws.time import check_advanced, check_deadlines, check_late
from lightexit.testing.steps import Trace
from lightexit.testing.subject import Maker, Subject, subject_of
from lightexit.testing.watchdog import LIMIT_S, Overdue, watched


def _nothing(_subject: Subject) -> str:
    return ""


def _no_kernel(_subject: Subject) -> str:
    return str(available() or "")


def _no_trace(subject: Subject) -> str:
    return "" if subject.known else "no trace is known"


def _no_filter(subject: Subject) -> str:
    return "" if subject.filters else "there is no filter"


def _outlives_reset(subject: Subject) -> str:
    return "; ".join(filter(None, (each.outlives_reset for each in subject.example.devices)))


def _no_reference(subject: Subject) -> str:
    return "" if subject.reference else "no reference is named"


@dataclass(frozen=True)
class Law:
    """Something that holds of every device. `says` is the law in a sentence; `check` judges one
    example of the type `of`, and is so quick that tests take `times` as many as of others;
    `missing` tells why it cannot be asked of a device, on this host, if so. `given` are its
    examples, where they are not random."""

    name: str
    says: str
    check: Callable[[Subject, Any], None]
    of: type[Trace | FilterRun] = Trace
    times: int = 1
    missing: Callable[[Subject], str] = _nothing
    given: Callable[[Subject], Sequence[Trace]] | None = None

    def reason_against(self, subject: Subject) -> str:
        """Why this law is not to be asked of a device; "" if it is."""
        if self.name in subject.exempt:
            return f"exempt: {subject.exempt[self.name]}"
        return self.missing(subject)

    def hold(self, device: Subject | Maker | Any, example: Trace | FilterRun) -> None:
        """Judge a device by an example. Raises LawBroken, with a test that shows it."""
        try:
            self._judge(subject_of(device), example)
        except LawBroken as error:
            error.expected = error.expected or self.says
            if error.steps is not None and isinstance(example, Trace):
                example = Trace(*example.steps[: error.steps], start_ns=example.start_ns)
            error.test = source_of_test(device, self.name, example)
            raise

    def _judge(self, subject: Subject, example: Trace | FilterRun) -> None:
        """A device that has not returned is looked at by the law that counts what it does, from
        then on first of all."""
        if subject in _OVERDUE and isinstance(example, Trace):
            check_bounded(subject, example)
        try:
            with watched():
                self.check(subject, example)
        except Overdue as error:
            _OVERDUE.append(subject)
            if isinstance(example, Trace):
                check_bounded(subject, example)
            raise LawBroken(f"no answer within {LIMIT_S} s of CPU time") from error


#: Subjects that have not returned. Kept for good: there are few.
_OVERDUE: list[Subject] = []


def forget_overdue() -> None:
    """What is found from now on does not depend on what has not returned before."""
    _OVERDUE.clear()


LAWS = {
    law.name: law
    for law in (
        Law(
            "known",
            "a device does what the traces that are known to be right tell",
            check_known,
            given=lambda subject: subject.known,
            missing=_no_trace,
        ),
        Law(
            "reference",
            "a guest sees what it would see of the reference",
            check_reference,
            missing=_no_reference,
        ),
        Law(
            "answers",
            "every access is answered within its width, and nothing raises an exception",
            check_answers,
        ),
        Law(
            "bounded",
            "no step takes long, whatever a guest does, and no traffic makes the device grow",
            check_bounded,
        ),
        Law(
            "transparent",
            "guest, lines and state see no difference between filters and no filters",
            check_transparent,
        ),
        Law(
            "engines",
            "filters do the same in every engine",
            check_engines,
        ),
        Law(
            "contended",
            "a device does the same where another vCPU holds its state, and a filter is passed",
            check_contended,
            missing=_no_filter,
        ),
        Law(
            "any_state",
            "a filter does the same in every engine, whatever bytes its states have",
            check_any_state,
            of=FilterRun,
            times=5,
            missing=_no_filter,
        ),
        Law(
            "kernel",
            "Linux accepts the filters, and they do the same there",
            check_kernel,
            missing=_no_kernel,
        ),
        Law(
            "deadlines",
            "a device does something at each deadline, nothing before, and tells each in time",
            check_deadlines,
        ),
        Law(
            "advanced",
            "a device does the same at the same times, however often it is advanced",
            check_advanced,
        ),
        Law(
            "late",
            "a guest reads the same, and finds the same levels, where the host is late",
            check_late,
        ),
        Law(
            "saved",
            "a device that is saved and restored goes on as if it had not been",
            check_saved,
        ),
        Law(
            "reset",
            "a device that is reset does as a new one does",
            check_reset,
            missing=_outlives_reset,
        ),
    )
}


def laws_for(subject: Subject, names: Sequence[str] = ()) -> list[Law]:
    """The laws of these names; without names all that are to be asked of a subject here.

    Raises AuthorError for a law that is not known.
    """
    for name in names:
        if name not in LAWS:
            close = difflib.get_close_matches(name, LAWS, n=1)
            raise AuthorError(
                f"there is no law {name!r}",
                expected=f"one of: {', '.join(LAWS)}",
                hint=close[0] if close else "",
            )
    if names:
        return [LAWS[name] for name in names]
    return [law for law in LAWS.values() if not law.reason_against(subject)]


def replay(device: Subject | Maker | Any, example: Trace | FilterRun, *laws: str) -> None:
    """Hold a device to laws in one example: to all that there are for it, if none is named.
    What the example tells is then known to be right.

    Raises LawBroken for the first that does not hold, and AuthorError for one that is not known.
    """
    known = (example,) if isinstance(example, Trace) else ()
    for law in laws_for(replace(subject_of(device), known=known), laws):
        if isinstance(example, law.of):
            law.hold(device, example)
