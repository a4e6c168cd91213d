# SPDX-License-Identifier: Apache-2.0
"""An explanation's register map and returns in words, for terminal and page."""

from __future__ import annotations

from lightexit.abi import Space
from lightexit.diagnosis import ReturnSite
from lightexit.explain.values import Handling, RegisterAnswer, RegisterMap

ANSWERS = {
    Handling.HANDLED: "always handled",
    Handling.DEPENDS: "handled or passed",
    Handling.PASSED: "passed",
}


def space(number: int | None) -> str | None:
    """Its name; None where none is given."""
    return None if number is None else Space(number).name


def offsets(first: int, last: int) -> str:
    """A range, both ends included."""
    if first == last:
        return f"{first:#x}"
    return f"from {first:#x}" if last >> 62 else f"{first:#x}-{last:#x}"


def register_row(registers: RegisterMap, answer: RegisterAnswer) -> tuple[str, ...]:
    """Name, offsets, size, direction, answer."""
    return (
        named(registers, answer.first, answer.last),
        offsets(answer.first, answer.last),
        str(answer.size),
        "write" if answer.is_write else "read",
        ANSWERS[answer.handling],
    )


def named(registers: RegisterMap, first: int, last: int) -> str:
    """The names of the registers; "" where they have none."""
    names = [registers.names.get(each, "") for each in (first, last)]
    return names[0] if names[0] == names[1] or not names[1] else " to ".join(names)


def rest(registers: RegisterMap) -> str:
    """What is left to the device's model."""
    some = any(each.handling is not Handling.PASSED for each in registers.answers)
    return "all others are passed to the model" if some else "all accesses are passed to the model"


def site(registers: RegisterMap, found: ReturnSite) -> str:
    """Which accesses a return answers."""
    said = []
    for name, is_write, ranges in (
        ("reads", False, found.reads),
        ("writes", True, found.writes),
    ):
        at = _answered(registers, ranges, is_write)
        if at:
            said.append(f"{name} at {', '.join(offsets(*each) for each in at)}")
    return f"HANDLED: {'; '.join(said)}" if said else "PASS: the model answers"


def _answered(
    registers: RegisterMap, ranges: tuple[tuple[int, int], ...], is_write: bool
) -> list[tuple[int, int]]:
    """The part of the ranges that the filter may answer at all."""
    found: list[tuple[int, int]] = []
    every = {(each.first, each.last) for each in registers.handled(is_write=is_write)}
    for low, high in sorted(every):
        for first, last in ranges:
            start, end = max(low, first), min(high, last)
            if start > end:
                continue
            if found and start <= found[-1][1] + 1:
                found[-1] = (found[-1][0], max(found[-1][1], end))
            else:
                found.append((start, end))
    return found
