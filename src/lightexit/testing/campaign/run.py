# SPDX-License-Identifier: Apache-2.0
"""A campaign in this process, share by share."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from lightexit.testing.campaign.plan import CampaignPlan
from lightexit.testing.campaign.results import CampaignResult
from lightexit.testing.campaign.share import run_share
from lightexit.testing.subject import Maker, Subject


def _nothing() -> str:
    return ""


def _untold(_result: CampaignResult, _law: str) -> None:
    pass


@dataclass(frozen=True)
class Pace:
    """When to end, and whom to tell: after `seconds` no share begins, a share that runs is
    finished; as soon as `interrupted` says why, nothing is. `tell` gets the result so far, and the
    law that is asked now."""

    seconds: float | None = None
    interrupted: Callable[[], str] = _nothing
    tell: Callable[[CampaignResult, str], None] = _untold

    def why_over(self, begun: float) -> str:
        """What ends a campaign that has run since then; "" if nothing does."""
        if told := self.interrupted():
            return told
        over = self.seconds is not None and time.monotonic() - begun >= self.seconds
        return f"the {self.seconds:g} s are over" if over else ""


def run_here(device: Subject | Maker | str, plan: CampaignPlan, pace: Pace) -> CampaignResult:
    """Run a plan. What is found by the same plan is the same, as far as it gets."""
    result, begun = CampaignResult(plan), time.monotonic()
    for share in plan.shares():
        if result.is_done:
            break
        if not result.needs(share):
            continue
        if why := pace.why_over(begun):
            result.ended_by = why
            break

        def is_over(law: str = share.law) -> bool:
            result.seconds = time.monotonic() - begun
            pace.tell(result, law)
            return bool(pace.interrupted())

        result.add(run_share(device, share, is_over))
    result.seconds = time.monotonic() - begun
    result.ended_by = result.ended_by or pace.interrupted()
    return result
