# SPDX-License-Identifier: Apache-2.0
"""What is counted of stock QEMU's guests, by the kernel's tracepoints."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lightexit.abi import Space
from lightexit.trace.access import AccessCount, AccessKey, Answer, Counts
from lightexit.trace.probes import Probes, open_probes
from stock_qemu import PM_TIMER, needs_qemu, qemu, reading

READS = 2000
_PATIENCE_S = 20


@pytest.fixture
def probes() -> Iterator[Probes]:
    opened = open_probes()
    yield opened
    opened.close()


def found(counts: Counts, pid: int, address: int) -> dict[AccessKey, AccessCount]:
    return {k: v for k, v in counts.accesses.items() if k.pid == pid and k.address == address}


def until(probes: Probes, enough: Callable[[Counts], bool]) -> Counts:
    end = time.monotonic() + _PATIENCE_S
    while not enough(counts := probes.read()):
        assert time.monotonic() < end, counts
        time.sleep(0.05)
    return counts


@needs_qemu
def test_a_register_that_qemu_answers(probes: Probes, tmp_path: Path) -> None:
    with qemu(tmp_path, reading(PM_TIMER, READS)) as guest:
        counts = until(
            probes,
            lambda now: any(
                each.accesses >= READS for each in found(now, guest.pid, PM_TIMER).values()
            ),
        )
    ((key, count),) = [
        each for each in found(counts, guest.pid, PM_TIMER).items() if each[0].size == 4
    ]
    assert (key.space, key.is_write, key.answer) == (Space.PIO, False, Answer.USER)
    assert count.accesses == count.timed
    assert 1_000 < count.time_ns / count.timed < 1_000_000
