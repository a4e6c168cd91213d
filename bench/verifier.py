# SPDX-License-Identifier: Apache-2.0
"""What a proof costs: time and explored states, for every device's filter and for worst cases.

Times are the process's own. Goals: 5 ms for a filter of 42 slots, 50 ms for a straight line of
1,000 instructions, both for a first proof; an answer to any program within 5 s.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import process_time

from bench._ratio import Ratio
from bench._worst import WORST
from bench.lines import filters
from lightexit.isa import Program, assemble
from lightexit.verifier import Limits, Report, compare, prepare, scalar, verify

ROUNDS = 5
FILTER_MS, STRAIGHT_MS = 5, 50
LIMITS = Limits(answers=False)
#: Of the programs made to cost much, roughly in instructions.
SIZE = 16_000
WORST_LIMITS = Limits(answers=False, helpers=frozenset({1}))


def straight(length: int) -> str:
    """A straight line of so many instructions."""
    head = "r2 = *(u64 *)(r1 + 8)\nr3 = *(u32 *)(r1 + 0)\n"
    body = "".join(f"r2 += r3\nr3 ^= {n}\n" for n in range((length - 4) // 2))
    return f"{head}{body}r0 = 0\nexit"


def ladder(steps: int) -> str:
    """2**steps paths, each with another value in r3."""
    return (
        "r2 = *(u64 *)(r1 + 8)\nr3 = 0\n"
        + "".join(f"if r2 & {1 << n} goto +1\nr3 |= {1 << n}\n" for n in range(steps))
        + "*(u64 *)(r1 + 8) = r3\nr0 = 1\nexit"
    )


def loop(rounds: int) -> str:
    """A loop with a branch inside."""
    return f"""
        r2 = 0
        r5 = 0
        loop:
        r3 = *(u64 *)(r1 + 8)
        if r3 & 1 goto odd
        r5 += r3
        odd: r5 ^= r2
        r2 += 1
        if r2 < {rounds} goto loop
        *(u64 *)(r1 + 8) = r5
        r0 = 1
        exit"""


SYNTHETIC = {
    "straight line of 1,000": straight(1000),
    "ladder of 2^20 paths": ladder(20),
    "loop of 1,000 rounds": loop(1000),
    "loop of 1,000,000 rounds": "r2 = 0\nloop: r2 += 1\nif r2 < 1000000 goto loop\nr0 = 0\nexit",
}


def programs() -> Iterator[tuple[str, Program, Limits]]:
    """All that is measured, by name."""
    for each in filters():
        device = each.function.__module__.rpartition(".")[2]
        yield f"{device} {each.name}", each.program, Limits()
    for name, text in SYNTHETIC.items():
        yield name, assemble(text), LIMITS
    for name, make in WORST.items():
        yield f"worst: {name}", assemble(make(SIZE)), WORST_LIMITS


def forget() -> None:
    """Empty the caches of the domains: a first proof pays for what later ones find there."""
    for function in (each for m in (scalar, compare, prepare) for each in vars(m).values()):
        if hasattr(function, "cache_clear"):
            function.cache_clear()


def measured(program: Program, limits: Limits) -> tuple[Report, float, float]:
    """The report, the seconds of a first proof, and of a later one: each the best of some."""
    first: list[float] = []
    later: list[float] = []
    for _ in range(ROUNDS):
        forget()
        for times in (first, later):
            start = process_time()
            report = verify(program, limits)
            times.append(process_time() - start)
        if later[-1] > 1:
            break
    return report, min(first), min(later)


def ratios() -> list[Ratio]:
    """For docs/: of the worst cases, only that an answer comes is asked."""
    return [
        Ratio(f"first proof / {goal} ms", name, first * 1e3 / goal, 1.0)
        for name, program, limits in programs()
        if not name.startswith("worst: ")
        for goal in (STRAIGHT_MS if name in SYNTHETIC else FILTER_MS,)
        for _, first, _ in (measured(program, limits),)
    ]


def main() -> None:
    print(f"{'':28}{'slots':>6}{'states':>8}{'first ms':>10}{'later ms':>10}  outcome")
    for name, program, limits in programs():
        report, first, later = measured(program, limits)
        outcome = f"accepted, cost {report.cost}"
        if report.error is not None:
            outcome = f"refused: {report.error.found.split(': ', 1)[-1]}"
        slots = len(program.code) // 8
        print(
            f"{name:28}{slots:6}{report.states_explored:8}"
            f"{first * 1e3:10.2f}{later * 1e3:10.2f}  {outcome}"
        )


if __name__ == "__main__":
    main()
