# SPDX-License-Identifier: Apache-2.0
"""`lightexit check`: a device held to all laws, on random traffic."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from lightexit.cli.checkoptions import (
    EXAMPLES,
    CheckTarget,
    CheckTime,
    ExampleCount,
    ExampleSeed,
    FirstOnly,
    LawNames,
    Reference,
    SchedulerAddress,
)
from lightexit.cli.progress import Telling
from lightexit.cli.signals import Ending
from lightexit.cli.status import ExitCode
from lightexit.errors import AuthorError
from lightexit.extras import optional

if TYPE_CHECKING:
    from lightexit.testing import Subject
    from lightexit.testing.campaign import CampaignPlan, CampaignResult

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


def check(
    target: CheckTarget,
    duration: CheckTime = None,
    examples: ExampleCount = None,
    seed: ExampleSeed = None,
    law: LawNames = None,
    reference: Reference = None,
    first: FirstOnly = False,
    cluster: SchedulerAddress = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was found as one JSON document.")
    ] = False,
) -> None:
    """Hold a device to laws, on random traffic.

    A counter-example is reduced to the smallest one, and printed as a test. The same seed makes
    the same examples. The exit status is 0 where all laws hold, 1 where one is broken.
    """
    with optional("lightexit check"):
        from lightexit.testing.campaign import plan_for
        from lightexit.testing.named import subject_named
    from lightexit.cli.checkreport import document, page

    seconds = None if duration is None else _seconds(duration)
    if examples is None and seconds is None:
        examples = EXAMPLES
    subject = subject_named(target)
    if reference is not None:
        subject = _with_reference(subject, subject_named(reference), cluster)
    chosen = secrets.randbelow(2**32) if seed is None else seed
    plan = plan_for(subject, chosen, examples, law or (), ends_at_first=first)
    device = target if reference is None else subject
    result = _run(device, plan, seconds, cluster)
    if as_json:
        print(json.dumps(document(target, subject, result), indent=2))
    else:
        print("\n".join(page(target, subject, result)))
    if result.findings:
        raise typer.Exit(ExitCode.BROKEN)


def _with_reference(subject: Subject, reference: Subject, cluster: str | None) -> Subject:
    """Raises AuthorError for a cluster, whose workers are told a name only."""
    if cluster is not None:
        raise AuthorError(
            "--reference with --cluster",
            expected="a target that is a Subject, which names its reference itself: "
            "SUBJECT = Subject(Lamp, reference=OldLamp) in tests.py, and tests.py:SUBJECT",
        )
    return replace(subject, reference=reference.device)


def _run(
    device: Subject | str, plan: CampaignPlan, seconds: float | None, cluster: str | None
) -> CampaignResult:
    """Here, or on a cluster. Progress is shown on a terminal."""
    from lightexit.testing.campaign import Pace, run_here

    with Ending(None) as ending, Telling(is_quiet=True) as telling:

        def tell(result: CampaignResult, law: str) -> None:
            telling.say(_line(result, law))

        pace = Pace(seconds, lambda: ending.why, tell)
        if cluster is None:
            return run_here(device, plan, pace)
        from lightexit.testing.campaign.cluster import run_on_cluster

        return run_on_cluster(cluster, str(device), plan, pace)


def _seconds(text: str) -> float:
    """Raises AuthorError for what is no time."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text)
    seconds = float(found[1]) * _UNITS[found[2]] if found else 0.0
    if not seconds:
        raise AuthorError(f"--for {text}", expected="a time, as in 30s, 10m or 1h")
    return seconds


def _line(result: CampaignResult, law: str) -> str:
    found, reached, asked = len(result.findings), result.reached, len(result.laws)
    told = f", {found} of {asked} laws broken" if found else ""
    if reached < asked:
        told += f", {reached} of {asked} laws reached"
    return f"{result.seconds:.0f} s: {result.examples:,} examples{told}; now: {law}"
