# SPDX-License-Identifier: Apache-2.0
"""Campaigns: a device held to many laws with many examples, in shares that depend on nothing."""

from lightexit.testing.campaign.coverage import Coverage
from lightexit.testing.campaign.plan import CampaignPlan, Share, plan_for
from lightexit.testing.campaign.results import CampaignResult, LawResult
from lightexit.testing.campaign.run import Pace, run_here
from lightexit.testing.campaign.share import LawFinding, ShareResult, run_share

__all__ = [
    "CampaignPlan",
    "CampaignResult",
    "Coverage",
    "LawFinding",
    "LawResult",
    "Pace",
    "Share",
    "ShareResult",
    "plan_for",
    "run_here",
    "run_share",
]
