# SPDX-License-Identifier: Apache-2.0
"""The law of faults: the report lists every exception that CPython raises, with its line.

As a program (`python -m laws.faults --programs 1000` in tests/) it runs for long, and says how
many of the faults told were met by some run: those told in vain are what the proof cannot know.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from random import Random
from types import FunctionType

from compiler.authoring import function, with_body
from compiler.given import State
from lightexit.abi import IoContext
from lightexit.errors import AuthorError
from lightexit.filter import Filter

_INPUTS = 40
_NUMBERS = (
    "s.count",
    "s.status",
    "s.control",
    "ctx.offset",
    "ctx.vcpu",
    "s.first.count",
    "(s.status & 7)",
    "(s.control % 11)",
    "min(s.status, 12)",
    "(ctx.data & 3)",
    "(s.count >> 29)",
)
_HELPERS = """\
@inline
def ratio(x: u64, y: u64) -> u64:
    return x // y

@inline
def at(s: State, i: u64) -> u64:
    if i > 11:
        return 0
    return s.ram[i]

"""


@dataclass
class Tally:
    """What was tried: faults told, and how many of them some run met."""

    programs: int = 0
    refused: int = 0
    faults: int = 0
    met: int = 0
    raised: int = 0


def random_filter(random: Random) -> str:
    """A filter of a few statements, of which each may fault or not."""
    lines = ["x = 0"]
    for number in range(random.randrange(1, 6)):
        lines += _statement(random, number)
    return _HELPERS + with_body("\n".join([*lines, "ctx.data = x", "return Verdict.HANDLED"]))


def _statement(random: Random, number: int) -> list[str]:
    guard, value = _guard(random, number), f"x = u64(x + {_faulty(random, f'n{number}')})"
    held = f"n{number} = {random.choice(_NUMBERS)}"
    match random.randrange(4):
        case 0:
            return [held, guard, "    return Verdict.PASS", value]
        case 1:
            return [held, guard, f"    {value}"]
        case 2:
            rounds = random.randrange(8, 13)
            return [held, f"for i{number} in range({rounds}):", f"    {value}"]
    return [held, value]


def _guard(random: Random, number: int) -> str:
    sign, limit = random.choice(("==", "<", ">", ">=", "!=")), random.choice((0, 1, 7, 8, 9, 10))
    return f"if n{number} {sign} {limit}:"


def _faulty(random: Random, held: str) -> str:
    """An expression of which some may fault for some values of what is held."""
    other = random.choice(_NUMBERS)
    return random.choice(
        (
            f"s.ram[{held}]",
            f"s.table[{held}]",
            f"s.ram[{held} & 15]",
            f"s.table[{held} & 7]",
            f"s.timers[{held}].steps[{other}]",
            f"{other} // {held}",
            f"{other} % {held}",
            f"muldiv64({other}, 3, {held})",
            f"ratio({other}, {held})",
            f"at(s, {held})",
            f"s.ram[{other}] // {held}",
        )
    )


def try_program(seed: int, tally: Tally) -> None:
    """Hold the filter of that seed against CPython."""
    random = Random(seed)
    source = random_filter(random)
    plain = function(source, f"faults-{seed}.py")
    tally.programs += 1
    try:
        report = Filter(plain).verify()
    except AuthorError:
        tally.refused += 1
        return
    if not report.accepted:
        tally.refused += 1
        return
    told = {(fault.where.line, "divisor" in fault.when) for fault in report.faults or ()}
    raised = {place for _ in range(_INPUTS) if (place := _raised(plain, random)) is not None}
    assert raised <= told, f"seed {seed}: {raised - told} not told\n{source}"
    tally.faults += len(told)
    tally.met += len(told & raised)
    tally.raised += len(raised)


def _raised(plain: FunctionType, random: Random) -> tuple[int, bool] | None:
    """The line where a run on random input raises, and whether it divides by zero there."""
    context, state = IoContext(), State()
    context.offset = random.choice((0, 1, 7, 8, 9, 10, 11, 2**40))
    context.vcpu, context.size = random.randrange(13), 4
    context.data, context.is_write = random.getrandbits(8), False
    zeros = random.random() < 0.5
    values = (0, 0, 1, 2) if zeros else range(256)
    state.buffer[:] = bytes(random.choices(values, k=len(state.buffer)))
    try:
        plain(context, state)
    except (IndexError, ZeroDivisionError) as error:
        line, trace = 0, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == plain.__code__.co_filename:
                line = trace.tb_lineno
            trace = trace.tb_next
        return line, isinstance(error, ZeroDivisionError)
    return None


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
