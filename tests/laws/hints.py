# SPDX-License-Identifier: Apache-2.0
"""The law of hints: a hint that is followed changes no value, or says so, and leads to a filter.

Random expressions of the kinds that authors write, most of them not in the language as they
stand. As a program (`python -m laws.hints --programs 1000` in tests/) it runs for long.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from random import Random

from compiler.authoring import function, with_body
from compiler.mistakes import changes, complaint, followed, remark

_ATOMS = (
    "s.base",
    "s.count",
    "s.control",
    "s.status",
    "s.enabled",
    "s.ram[3]",
    "ctx.offset",
    "ctx.now_ns",
    "x",
    "y",
    "d",
    "1",
    "2",
    "5",
    "-3",
    "0x40",
    "PERIOD",
)
_OPERATORS = ("+", "-", "*", "//", "%", "<<", ">>", "&", "|", "^", "/", "**", "@")
#: What CPython may take minutes for, unless the right side is small.
_GROWING = ("<<", ">>", "**")
_COUNTS = ("1", "2", "(s.status & 7)", "(s.status - 1)", "s.status", "x.bit_length()")
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "is", "is not")
_MOST_HINTS = 12


@dataclass
class Tally:
    """What was tried, and what became of it."""

    programs: int = 0
    followed: int = 0
    unsaid: int = 0
    filters: int = 0
    advised: int = 0


def random_filter(random: Random) -> str:
    """A filter with a few mistakes in it, perhaps."""
    lines = ["x = s.count - 5", f"y = {_value(random, 1)}", "d = s.base - ctx.now_ns"]
    lines += _statement(random)
    return with_body("\n".join([*lines, "ctx.data = 0", "return Verdict.HANDLED"]))


def _statement(random: Random) -> list[str]:
    value, leave = _value(random, 2), "    return Verdict.PASS"
    match random.randrange(6):
        case 0:
            return [f"if {value}:", leave]
        case 1:
            return [f"if {_condition(random, 2)}:", leave]
        case 2:
            operator = random.choice([each for each in _OPERATORS if each not in _GROWING])
            return [f"s.base {operator}= {value}"]
        case 3:
            return [f"s.enabled = {value}"]
        case 4:
            return [f"z: u32 = {value}", "s.count = z"]
    return [f"s.base = u64({value})"]


def _value(random: Random, depth: int) -> str:
    if depth == 0 or random.random() < 0.1:
        return random.choice(_ATOMS)
    a, b = (_value(random, depth - 1) for _ in range(2))
    match random.randrange(12):
        case 0:
            return f"min({a}, {b})"
        case 1:
            return f"abs({a} - {b})"
        case 2:
            return f"({a} if {_condition(random, depth - 1)} else {b})"
        case 3:
            return f"({a} {random.choice(('and', 'or'))} {b})"
        case 4:
            return f"({random.choice(('-', '~', 'not '))}{a})"
        case 5:
            return f"u{random.choice((8, 16, 32, 64))}({a})"
    operator = random.choice(_OPERATORS)
    if operator in _GROWING:  # in brackets: what follows would become part of the right side
        return f"({a} {operator} {random.choice(_COUNTS)})"
    return f"({a} {operator} {b})" if random.random() < 0.6 else f"{a} {operator} {b}"


def _condition(random: Random, depth: int) -> str:
    a, b = _value(random, depth), _value(random, depth)
    match random.randrange(5):
        case 0:
            return f"{a} in range(2, 9)"
        case 1:
            return f"{a} not in range(9)"
        case 2:
            return f"0 < {a} < {b}"
    return f"{a} {random.choice(_COMPARISONS)} {b}"


def try_program(seed: int, tally: Tally) -> None:
    """Follow the hints of the filter of that seed to their end."""
    text = random_filter(Random(seed))
    tally.programs += 1
    for step in range(_MOST_HINTS):
        error = complaint(text, f"hints-{seed}-{step}.py")
        if error is None or not error.hint:
            tally.filters += error is None
            tally.advised += error is not None
            return
        after = followed(text, error)
        tally.followed += 1
        if not remark(error):
            tally.unsaid += 1
            before, repaired = (function(each, f"hints-{seed}.py") for each in (text, after))
            assert not changes(before, repaired), f"seed {seed}:\n{text}\n{error}"
        text = after
    raise AssertionError(f"seed {seed}: no end of hints:\n{text}\n{error}")


def main() -> None:
    """Run for long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    tally = Tally()
    for seed in range(options.seed, options.seed + options.programs):
        try_program(seed, tally)
    print(tally)


if __name__ == "__main__":
    main()
