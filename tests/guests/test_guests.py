# SPDX-License-Identifier: Apache-2.0
"""Every guest, on every back end: the same accesses in the same order, the same memory."""

from __future__ import annotations

import functools

import pytest

from guests.harness import BACK_ENDS, bench
from guests.probe import answer
from lightexit.vm.exits import Halted

GUESTS = ("ports", "memory", "strings", "interrupts", "interrupts32", "long")
Seen = tuple[list[tuple[bool, int, int, int]], str]


@functools.cache
def seen(name: str, back_end: str) -> Seen:
    """What a guest did to the probe, and what it left in memory."""
    with bench(name, back_end) as ready:
        assert ready.run() == Halted()
        return ready.probe.log, ready.digest()


@pytest.mark.parametrize("back_end", BACK_ENDS[1:])
@pytest.mark.parametrize("name", GUESTS)
def test_a_guest_does_the_same_on_every_back_end(name: str, back_end: str) -> None:
    reference, other = seen(name, BACK_ENDS[0]), seen(name, back_end)
    assert len(reference[0]) > 20
    assert other == reference


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_string_instructions_lose_nothing(back_end: str) -> None:
    log, _ = seen("strings", back_end)
    sizes = [1] * 1000 + [2] * 500 + [4] * 300
    reads = [entry for entry in log if not entry[0]][:1800]
    assert [(size, value) for _, _, size, value in reads] == [
        (size, answer(count, size)) for count, size in enumerate(sizes, 1)
    ]
    # What was read in is written out again, in the same order and sizes.
    assert [value for is_write, *_, value in log if is_write][:1800] == [
        value for *_, value in reads
    ]


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_interrupts_come_once_each(back_end: str) -> None:
    log, _ = seen("interrupts", back_end)
    acknowledged = [value for is_write, offset, _, value in log if is_write and offset == 0x11]
    assert acknowledged == list(range(1, 14))
    # None was taken while interrupts were off.
    assert [value for is_write, offset, _, value in log if is_write and offset == 0] == [10, 13]


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_memory_accesses_of_eight_bytes(back_end: str) -> None:
    log, _ = seen("wide", back_end)
    if back_end == "unicorn":
        assert [size for _, _, size, _ in log] == [4, 4, 4, 4]
    else:
        value = answer(1, 8)
        assert log == [(False, 0x1000, 8, value), (True, 0x1008, 8, value ^ (1 << 64) - 1)]
