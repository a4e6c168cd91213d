# SPDX-License-Identifier: Apache-2.0
"""One share of a campaign, run: its result depends on device, share and versions, nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import Phase, given, seed, settings
from hypothesis.errors import Flaky

from lightexit.errors import AuthorError
from lightexit.testing.broken import LawBroken
from lightexit.testing.campaign.coverage import Coverage
from lightexit.testing.campaign.drawing import drawing
from lightexit.testing.campaign.plan import Share
from lightexit.testing.device_laws import examples_for, patient
from lightexit.testing.steps import Trace
from lightexit.testing.subject import Maker, Subject, subject_of
from lightexit.testing.table import LAWS, Law, forget_overdue

_FLAKY = (
    "it did not show again with the same steps: the device depends on more than its state, the "
    "time it is told and its traffic"
)


@dataclass(frozen=True)
class LawFinding:
    """A broken law: what messages say, a test that shows it, and after how many examples of the
    share it was found. It is the smallest one, unless the search was ended."""

    share: Share
    message: str
    details: dict[str, Any]
    test: str
    examples: int
    is_smallest: bool = True


@dataclass(frozen=True)
class ShareResult:
    """What has become of a share. `examples` held, but for the last one where there is a finding;
    it is whole unless it was ended."""

    share: Share
    examples: int
    seconds: float
    finding: LawFinding | None
    coverage: Coverage = field(default_factory=Coverage)
    is_whole: bool = True


class _Ended(BaseException):
    """Somebody asked for the end. No device catches it."""


def _go_on() -> bool:
    return False


def run_share(
    device: Subject | Maker | str,
    share: Share,
    is_over: Callable[[], bool] = _go_on,
    *,
    reduces: bool = True,
) -> ShareResult:
    """Hold a device to a law with the examples of a share. `is_over` is asked before each one;
    with `reduces`, an example that breaks the law is reduced to the smallest one."""
    subject = subject_of(device)
    forget_overdue()
    search = _Search(device, subject, LAWS[share.law], share, is_over)
    begun, is_whole, is_flaky = time.monotonic(), True, False
    try:
        search.run([Phase.generate, *[Phase.shrink] * reduces])
    except LawBroken:
        pass  # the search has it
    except _Ended:
        is_whole = False
    except Flaky:
        if search.broken is None:
            raise
        is_flaky = True
    finding = search.finding(is_flaky=is_flaky, is_smallest=is_whole and reduces)
    seconds = time.monotonic() - begun
    return ShareResult(share, search.examples, seconds, finding, search.coverage, is_whole)


@dataclass
class _Search:
    """What has been seen in a share so far."""

    device: Subject | Maker | str
    subject: Subject
    law: Law
    share: Share
    is_over: Callable[[], bool]
    examples: int = 0
    broken: LawBroken | None = None
    coverage: Coverage = field(default_factory=Coverage)

    def run(self, phases: Sequence[Phase]) -> None:
        """Raises LawBroken for the smallest example that breaks the law."""
        if self.law.given is not None:
            for each in self.law.given(self.subject):
                self.hold(each)
            return
        terms = settings(
            max_examples=self.share.examples,
            database=None,
            derandomize=False,
            phases=phases,
            print_blob=False,
        )

        def hold(example: Any) -> None:
            self.hold(example)

        test = given(examples_for(self.subject, self.law))(hold)
        with drawing(self.share.seed) as backend:
            patient(settings(terms, backend=backend))(seed(self.share.seed)(test))()

    def hold(self, example: Any) -> None:
        """Judge one. The last that breaks the law is the smallest so far."""
        if self.is_over():
            raise _Ended
        self.examples += self.broken is None
        try:
            self.law.hold(self.device, example)
        except LawBroken as error:
            self.broken = error
            raise
        if self.share.covers and self.broken is None:
            note = self.coverage.note if isinstance(example, Trace) else self.coverage.note_run
            note(self.subject, example)

    def finding(self, *, is_flaky: bool, is_smallest: bool) -> LawFinding | None:
        """What is told of it."""
        error = self.broken
        if error is None:
            return None
        if is_flaky:
            error.advice = _FLAKY
        return LawFinding(
            self.share,
            AuthorError.__str__(error),
            error.to_json(),
            error.test,
            self.examples,
            is_smallest and not is_flaky,
        )
