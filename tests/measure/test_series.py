# SPDX-License-Identifier: Apache-2.0
"""Turns, warm-up and reasons, with virtual machines that are made up."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lightexit.errors import GuestError, HostError
from lightexit.measure import series
from lightexit.measure.figures import Figures
from lightexit.measure.series import (
    TURN,
    WARM_UP,
    MeasuredRow,
    NotMeasured,
    measure,
    one_cpu,
    stray,
)
from lightexit.measure.variants import EMPTY, VARIANTS, Answerer, Variant

CPUID = VARIANTS[1]
NATIVE = next(each for each in VARIANTS if each.answerer is Answerer.NATIVE_FILTER)
MODULE = next(each for each in VARIANTS if each.answerer is Answerer.MODULE)
COLD, EMPTY_TAKES, TAKES = 10**6, 30, 1030


class FakeVm:
    """Takes a million cycles for each access of the warm-up, then always the same."""

    #: Who has had a turn, of how many accesses.
    turns: list[tuple[Variant, int]]
    closed: list[Variant]
    leaves_kernel = False
    tsc_khz = 2_000_000

    def __init__(self, variant: Variant) -> None:
        if variant.answerer is Answerer.MODULE and not self.leaves_kernel:
            raise HostError("/dev/lightexit is not there", expected="the module", hint="insmod")
        self.variant, self.entries = variant, 0

    def turn(self, accesses: int) -> list[int]:
        self.turns.append((self.variant, accesses))
        self.entries += accesses if self.variant.exits or self.leaves_kernel else 2
        cycles = EMPTY_TAKES if self.variant == EMPTY else TAKES
        return [COLD] * WARM_UP + [cycles] * (accesses - WARM_UP)

    def close(self) -> None:
        self.closed.append(self.variant)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> type[FakeVm]:
    class Fake(FakeVm):
        pass

    Fake.turns, Fake.closed = [], []
    monkeypatch.setattr(series, "TimedVm", Fake)
    return Fake


def test_figures_are_without_the_warm_up_and_net_of_the_empty_pair(fake: type[FakeVm]) -> None:
    found = measure(2 * TURN, [EMPTY, CPUID, NATIVE])
    figures = {row.variant: row.figures for row in found.rows}
    assert found.empty == figures[EMPTY]
    assert figures[EMPTY] == Figures(2 * TURN, *(EMPTY_TAKES,) * 4)
    net = TAKES - EMPTY_TAKES
    assert figures[CPUID] == figures[NATIVE] == Figures(2 * TURN, *(net,) * 4)
    assert (found.tsc_khz, found.not_measured) == (FakeVm.tsc_khz, ())


def test_every_other_round_is_backwards(fake: type[FakeVm]) -> None:
    measure(2 * TURN + 50, [EMPTY, CPUID, NATIVE])
    first, *rounds = (fake.turns[at : at + 3] for at in range(0, 12, 3))
    assert first == [(EMPTY, WARM_UP), (CPUID, WARM_UP), (NATIVE, WARM_UP)]
    orders = [[variant for variant, _ in each] for each in rounds]
    forwards = [EMPTY, CPUID, NATIVE]
    assert orders == [forwards, forwards[::-1], forwards]
    sizes = [{accesses - WARM_UP for _, accesses in each} for each in rounds]
    assert sizes == [{TURN}, {TURN}, {50}]


def test_what_a_host_lacks_is_a_reason_and_the_others_are_measured(fake: type[FakeVm]) -> None:
    found = measure(100, [EMPTY, MODULE, NATIVE])
    assert [row.variant for row in found.rows] == [EMPTY, NATIVE]
    reason = "/dev/lightexit is not there (expected: the module)"
    assert found.not_measured == (NotMeasured(MODULE, reason),)
    assert sorted(map(str, fake.closed)) == sorted(map(str, [EMPTY, NATIVE]))


def test_a_guest_that_fails_is_a_reason(
    fake: type[FakeVm], monkeypatch: pytest.MonkeyPatch
) -> None:
    def turn(self: FakeVm, accesses: int) -> list[int]:
        if self.variant == CPUID and accesses > WARM_UP:
            raise GuestError("KVM cannot emulate the instruction at 0010:00001000")
        return FakeVm.turn(self, accesses)

    monkeypatch.setattr(fake, "turn", turn)
    found = measure(2 * TURN, [EMPTY, CPUID, NATIVE])
    assert [row.variant for row in found.rows] == [EMPTY, NATIVE]
    assert [each.reason for each in found.not_measured] == [
        "KVM cannot emulate the instruction at 0010:00001000"
    ]


def test_nothing_at_all_is_an_answer(fake: type[FakeVm]) -> None:
    found = measure(100, [MODULE])
    assert (found.rows, found.empty, found.tsc_khz) == ((), None, 0)
    assert [each.variant for each in found.not_measured] == [MODULE]


def test_a_module_that_leaves_it_to_user_space_is_not_measured(
    fake: type[FakeVm], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake, "leaves_kernel", True)
    found = measure(100, [MODULE])
    assert found.rows == ()
    assert [each.reason for each in found.not_measured] == [
        "100% of the accesses went to user space, where none was to"
    ]


def test_accesses_that_never_come_are_not_measured() -> None:
    row = MeasuredRow(NATIVE, Figures(1, 1, 1, 1, 1), exits=0.25)
    assert stray(row) == "75% of the accesses stayed in the kernel, where none was to"
    assert stray(MeasuredRow(NATIVE, row.figures, exits=1.01)) == ""


def test_the_thread_stays_on_one_cpu_and_gets_the_others_back() -> None:
    before = os.sched_getaffinity(0)
    with one_cpu() as cpu:
        assert os.sched_getaffinity(0) == {cpu}
        assert cpu == max(before)
    assert os.sched_getaffinity(0) == before


def test_a_host_that_refuses_that_is_told_of(
    fake: type[FakeVm], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(process: int, cpus: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setaffinity", refuse)
    assert measure(100, [EMPTY]).cpu is None


def test_the_command_measures_in_a_thread_of_its_own(
    fake: type[FakeVm], monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []

    @contextmanager
    def noted() -> Iterator[int]:
        threads.append(threading.get_ident())
        yield 0

    monkeypatch.setattr(series, "one_cpu", noted)
    measure(100, [EMPTY])
    assert threads != [threading.main_thread().ident]


ELSEWHERE = """
import os, sys
import ctypes, mmap, platform, subprocess
platform.machine()
sys.platform, sys.modules["fcntl"] = "darwin", None
del os.sched_getaffinity
from lightexit.measure.series import measure
print({each.reason for each in measure(100).not_measured})
"""


def test_a_host_without_kvm_for_x86_is_told_so() -> None:
    done = subprocess.run([sys.executable, "-c", ELSEWHERE], capture_output=True, text=True)
    assert "'there is no KVM for x86 guests on this host (darwin, " in done.stdout, done.stderr
    assert done.stdout.count("there is no KVM") == 1
