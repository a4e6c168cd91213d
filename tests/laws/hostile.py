# SPDX-License-Identifier: Apache-2.0
"""The law of hostile input: the verifier answers any bytes within a short time.

As a program (`python -m laws.hostile --count 1000000` in tests/) it runs for long.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from functools import cache
from random import Random

from laws.programs import random_hard_program
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.engine.native.translate import translate
from lightexit.isa import Map, Program
from lightexit.isa.generate import random_program
from lightexit.verifier import Limits, verify

SENSIBLE = 100
LIMITS = Limits(answers=False, states=2000)


@cache
def sensible(number: int) -> bytes:
    """One of a few sensible programs."""
    return random_hard_program(Random(number), 4).code


def noise(random: Random) -> bytes:
    """Any bytes."""
    return random.randbytes(random.choice((0, 7, 8, 16, 24, 64, 256)))


def legal(random: Random) -> bytes:
    """Legal instructions in no sensible order."""
    return random_program(random, random.randrange(1, 40)).code


def damaged(random: Random) -> bytes:
    """A sensible program with a few bytes changed."""
    code = bytearray(sensible(random.randrange(SENSIBLE)))
    for _ in range(random.randrange(1, 5)):
        at = random.randrange(len(code))
        code[at] = random.choice((0, 1, 0xFF, code[at] ^ 1 << random.randrange(8)))
    return bytes(code)


def spliced(random: Random) -> bytes:
    """Slots of a sensible program moved to other places."""
    code = sensible(random.randrange(SENSIBLE))
    slots = [code[at : at + 8] for at in range(0, len(code), 8)]
    for _ in range(random.randrange(1, 4)):
        slots[random.randrange(len(slots))] = random.choice(slots)
    return b"".join(slots)


KINDS = (noise, legal, damaged, spliced)


def search(seed: int, count: int) -> tuple[Counter[str], float]:
    """Verify `count` byte strings: how many of each kind, how many accepted, the longest time."""
    outcomes: Counter[str] = Counter()
    longest = 0.0
    for number in range(seed, seed + count):
        random = Random(number)
        kind = KINDS[number % len(KINDS)]
        program = Program("hostile", kind(random), (Map("state", 80),))
        start = time.perf_counter()
        report = verify(program, LIMITS)
        longest = max(longest, time.perf_counter() - start)
        assert report.states_explored <= LIMITS.states + 1, f"seed {number}"
        assert report.text()
        if report.accepted:
            # Nothing is accepted that an engine refuses.
            InterpreterEngine().load(program)
            translate(program, "x86_64-unknown-linux-gnu")
        outcomes[f"{kind.__name__} {'accepted' if report.accepted else 'refused'}"] += 1
    return outcomes, longest


def _main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--count", type=int, default=50_000)
    chosen = arguments.parse_args()
    outcomes, longest = search(chosen.seed, chosen.count)
    print(f"from seed {chosen.seed} on: {dict(outcomes)}, longest {longest:.3f} s")


if __name__ == "__main__":
    _main()
