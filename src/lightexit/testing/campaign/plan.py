# SPDX-License-Identifier: Apache-2.0
"""`CampaignPlan`: a campaign as shares. Who runs a share, and when, makes no difference."""

from __future__ import annotations

import difflib
import hashlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lightexit.errors import AuthorError
from lightexit.testing.steps import Trace
from lightexit.testing.subject import Subject
from lightexit.testing.table import LAWS

#: Examples of the first share of each law: all laws are reached soon.
FIRST_EXAMPLES = 5
#: Examples of later ones, at most: some seconds.
MOST_EXAMPLES = 50


@dataclass(frozen=True)
class Share:
    """So many examples of one law, made from a seed; all of a law that has its own. One with
    `covers` looks at coverage, too."""

    number: int
    law: str
    seed: int
    examples: int
    covers: bool = False


@dataclass(frozen=True)
class CampaignPlan:
    """`laws` in turns that grow, each law with `examples` in all, without end if that is None;
    `not_asked` says why the others are left out. With `ends_at_first`, one finding is enough, else
    one of each law."""

    laws: tuple[str, ...]
    seed: int
    examples: int | None
    not_asked: Mapping[str, str]
    ends_at_first: bool = False

    def shares(self) -> Iterator[Share]:
        """All shares, in order."""
        numbers, done = itertools.count(), 0
        random = [name for name in self.laws if LAWS[name].given is None]
        traffic = next((name for name in random if LAWS[name].of is Trace), "")
        for turn in itertools.count():
            count = min(FIRST_EXAMPLES << turn, MOST_EXAMPLES)
            if self.examples is not None:
                count = min(count, self.examples - done)
            if count <= 0 or (turn and not random):
                return
            for law in random if turn else self.laws:
                covers = law == traffic or LAWS[law].of is not Trace
                yield Share(next(numbers), law, self._seed(law, turn), count, covers)
            done += count

    def _seed(self, law: str, turn: int) -> int:
        digest = hashlib.sha256(f"{self.seed} {law} {turn}".encode()).digest()
        return int.from_bytes(digest[:8], "little")


def plan_for(
    subject: Subject,
    seed: int,
    examples: int | None,
    laws: Sequence[str] = (),
    *,
    ends_at_first: bool = False,
) -> CampaignPlan:
    """What to ask of a subject: these laws, else all that there are.

    Raises AuthorError for a law that there is not, and where none can be asked; what the compiler
    or verifier raises for its filters.
    """
    for name in laws:
        if name not in LAWS:
            close = difflib.get_close_matches(name, LAWS, n=1)
            raise AuthorError(
                f"there is no law {name!r}",
                expected=f"one of: {', '.join(LAWS)}",
                hint=f"--law {close[0]}" if close else "",
            )
    for filter, _, _ in subject.filters.values():
        filter.report  # noqa: B018 - raises where there is none
    wanted = [law for law in LAWS.values() if law.name in laws or not laws]
    reasons = {law.name: law.reason_against(subject) for law in wanted}
    asked = tuple(name for name, reason in reasons.items() if not reason)
    not_asked = {name: reason for name, reason in reasons.items() if reason}
    if not asked:
        name, reason = next(iter(not_asked.items()))
        raise AuthorError(f"the law {name!r} cannot be asked here: {reason}")
    return CampaignPlan(asked, seed, examples, not_asked, ends_at_first)
