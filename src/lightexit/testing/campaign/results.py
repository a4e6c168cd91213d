# SPDX-License-Identifier: Apache-2.0
"""What a campaign has found so far. Results of shares are added in their order."""

from __future__ import annotations

from dataclasses import dataclass, field

from lightexit.testing.campaign.coverage import Coverage
from lightexit.testing.campaign.plan import CampaignPlan, Share
from lightexit.testing.campaign.share import LawFinding, ShareResult


@dataclass
class LawResult:
    """Of one law: what was run, how long that took whoever ran it, and what was found."""

    examples: int = 0
    shares: int = 0
    seconds: float = 0.0
    finding: LawFinding | None = None


@dataclass
class CampaignResult:
    """All laws that were asked; `ended_by` says what ended it before its plan did."""

    plan: CampaignPlan
    laws: dict[str, LawResult] = field(default_factory=dict)
    coverage: Coverage = field(default_factory=Coverage)
    seconds: float = 0.0
    ended_by: str = ""

    def __post_init__(self) -> None:
        self.laws = {name: LawResult() for name in self.plan.laws}

    @property
    def findings(self) -> list[LawFinding]:
        """The first of each law, in the order in which a single machine finds them."""
        found = [each.finding for each in self.laws.values() if each.finding is not None]
        return sorted(found, key=lambda each: each.share.number)

    @property
    def examples(self) -> int:
        """Of all laws."""
        return sum(each.examples for each in self.laws.values())

    @property
    def reached(self) -> int:
        """How many laws were asked about an example at least."""
        return sum(1 for each in self.laws.values() if each.examples)

    @property
    def is_done(self) -> bool:
        """No share can tell more."""
        if self.plan.ends_at_first and self.findings:
            return True
        return all(each.finding is not None for each in self.laws.values())

    def needs(self, share: Share) -> bool:
        """Whether a share can tell more than is known."""
        return not self.is_done and self.laws[share.law].finding is None

    def add(self, result: ShareResult) -> None:
        """One more share's."""
        law = self.laws[result.share.law]
        law.examples += result.examples
        law.shares += result.is_whole
        law.seconds += result.seconds
        law.finding = law.finding or result.finding
        self.coverage.add(result.coverage)
