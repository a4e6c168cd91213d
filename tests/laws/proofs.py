# SPDX-License-Identifier: Apache-2.0
"""The law of proofs: no filter that the compiler makes is refuted; most are proved.

As a program (`python -m laws.proofs --count 300` in tests/) it goes on for longer, and says why
others are unknown.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from laws.agreement import STATES, written
from lightexit.compiler import generate
from lightexit.errors import AuthorError
from lightexit.prover.proof import PROVED, REFUTED, Proof, prove
from lightexit.prover.query import Budget

BUDGET = Budget(seconds=5, goal_s=1, paths=500)


@dataclass
class ProofTally:
    """How many filters were proved; of the others, why not."""

    filters: int = 0
    proved: int = 0
    unknown: Counter[str] = field(default_factory=Counter)

    def add(self, proof: Proof) -> None:
        """Count one."""
        self.filters += 1
        self.proved += proof.verdict == PROVED
        if proof.verdict != PROVED:
            self.unknown[proof.reason.partition(":")[0]] += 1

    def __str__(self) -> str:
        told = "".join(f"\n  {count}: {reason}" for reason, count in self.unknown.most_common())
        return f"{self.filters} filters, {self.proved} proved; of the others{told or ': none'}"


def try_filter(seed: int, budget: Budget = BUDGET) -> Proof | None:
    """What is proved of the random filter of that seed; None where it does not compile."""
    try:
        source, function, typed = written(Random(seed))
    except AuthorError:
        return None
    states = STATES[: function.__code__.co_argcount - 1]
    proof = prove(function, generate(typed), states, budget)
    assert proof.verdict != REFUTED, f"seed {seed}: {proof.differences}\n{proof.test}\n{source}"
    return proof


def search(first: int, count: int, budget: Budget = BUDGET) -> ProofTally:
    """Filters of these seeds."""
    tally = ProofTally()
    for seed in range(first, first + count):
        proof = try_filter(seed, budget)
        if proof is not None:
            tally.add(proof)
    return tally


def main() -> int:
    """The program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=BUDGET.seconds)
    options = parser.parse_args()
    budget = Budget(options.seconds, BUDGET.goal_s, BUDGET.paths)
    print(search(options.seed, options.count, budget))
    return 0


if __name__ == "__main__":
    sys.exit(main())
