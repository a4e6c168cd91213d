# SPDX-License-Identifier: Apache-2.0
"""What a filter does with each register: by proof, for every offset, size and direction.

A proof about a range of offsets that are all passed, or all handled, settles the range; else it
is cut in two. So it costs few proofs where the filter looks at few offsets.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from lightexit.abi import Space
from lightexit.explain.values import Handling, RegisterAnswer, RegisterMap, RegisterWindow
from lightexit.verifier import Report, verify
from lightexit.verifier.limits import Accesses

#: Proofs of one filter: some seconds.
MOST_PROOFS = 400
_SIZES = {Space.PIO: (1, 2, 4), Space.MMIO: (1, 2, 4, 8), Space.MSR: (8,), None: (1, 2, 4, 8)}
#: Where no region says how many registers there are: so many are told apart if the filter answers
#: no others, and so many if it does.
_MOST_OFFSETS, _FIRST_OFFSETS = 1 << 12, 16
#: No offset of a device.
_HUGE = 1 << 62


#: The number of a window, and accesses to it.
_Question = tuple[int, Accesses]


def map_registers(
    report: Report, windows: Sequence[RegisterWindow], name: Callable[[int], str] | None = None
) -> RegisterMap:
    """The map of an accepted program; `name` says what the register at an offset is called.

    Without windows, all offsets count that the program may answer.
    """
    shown = tuple(windows) or _guessed(report)
    prover = _Prover(report)
    todo = deque(each for number in range(len(shown)) for each in _questions(shown, number))
    found: list[RegisterAnswer] = []
    while todo:
        number, asked = todo.popleft()
        answer, is_settled = prover.answer(number, asked)
        if is_settled:
            found.append(answer)
        else:
            todo += ((number, half) for half in _halves(asked))
    answers = tuple(_merged(found))
    offsets = {offset for each in answers for offset in _ends(each)}
    names = {offset: name(offset) for offset in sorted(offsets)} if name else {}
    return RegisterMap(shown, answers, names, prover.is_exact, prover.proofs)


def _guessed(report: Report) -> tuple[RegisterWindow, ...]:
    ranges = (*report.handled_reads, *report.handled_writes)
    if not ranges:
        return (RegisterWindow(None, 0, 1),)
    end = max(last for _, last in ranges) + 1
    return (RegisterWindow(None, 0, end + 7 if end <= _MOST_OFFSETS else 1 << 64),)


def _questions(windows: Sequence[RegisterWindow], number: int) -> Iterator[_Question]:
    window = windows[number]
    sizes = (window.width,) if window.width else _SIZES[window.space]  # type: ignore[index]
    step = window.width or 1
    for is_write in (False, True):
        for size in sizes:
            reach = 1 if window.space == Space.MSR else size
            last = window.end - reach
            asked = Accesses(window.offset, last, size, is_write, window.space, step)
            if last > _MOST_OFFSETS and window.space is None:
                yield number, asked._replace(last=_FIRST_OFFSETS - 1)
                asked = asked._replace(offset=_FIRST_OFFSETS)
            if last >= window.offset:
                yield number, asked


class _Prover:
    """Asks the verifier, so often at most."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.proofs = 0
        self.is_exact = True

    def answer(self, window: int, asked: Accesses) -> tuple[RegisterAnswer, bool]:
        """What is done with these accesses, and whether that is all that can be said."""
        self.proofs += 1
        found = verify(self._report.program, self._report.limits._replace(accesses=asked))
        ranges = found.handled_writes if asked.is_write else found.handled_reads
        handling = _handling(bool(ranges), found.may_pass) if found.accepted else Handling.DEPENDS
        answer = RegisterAnswer(
            window,
            asked.offset,
            asked.last,
            asked.step,
            asked.size,
            asked.is_write,
            handling,
            found.cost if found.accepted else self._report.cost,
        )
        count = (asked.last - asked.offset) // asked.step + 1
        if handling is not Handling.DEPENDS or count == 1:
            return answer, True
        if self.proofs < MOST_PROOFS and asked.last < _HUGE:
            return answer, False
        self.is_exact = False
        return answer, True


def _handling(may_handle: bool, may_pass: bool) -> Handling:
    if may_handle and may_pass:
        return Handling.DEPENDS
    return Handling.HANDLED if may_handle else Handling.PASSED


def _halves(asked: Accesses) -> tuple[Accesses, Accesses]:
    steps = (asked.last - asked.offset) // asked.step
    middle = asked.offset + (steps // 2) * asked.step
    return asked._replace(last=middle), asked._replace(offset=middle + asked.step)


def _merged(found: Iterable[RegisterAnswer]) -> Iterator[RegisterAnswer]:
    """In order, neighbours of which the same is said as one."""
    before: RegisterAnswer | None = None
    for each in sorted(found, key=lambda a: (a.window, a.is_write, a.size, a.first)):
        if before is not None and _same(before, each):
            before = replace(before, last=each.last, cost=max(before.cost, each.cost))
            continue
        if before is not None:
            yield before
        before = each
    if before is not None:
        yield before


def _same(one: RegisterAnswer, other: RegisterAnswer) -> bool:
    kinds = [(a.window, a.is_write, a.size, a.handling) for a in (one, other)]
    is_next = other.first <= one.last + one.step
    costs_alike = one.handling is Handling.PASSED or one.cost == other.cost
    return kinds[0] == kinds[1] and is_next and costs_alike


def _ends(each: RegisterAnswer) -> Iterable[int]:
    """The offsets that have a name in an explanation."""
    if each.handling is Handling.PASSED:
        return ()
    offsets = range(each.first, each.last + 1, each.step)
    return offsets if each.last - each.first < 64 * each.step else (each.first, each.last)
