# SPDX-License-Identifier: Apache-2.0
"""Laws of rates: whatever two looks at the counts say."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lightexit.abi import Space
from lightexit.trace.access import (
    AccessCount,
    AccessKey,
    Answer,
    ApicKey,
    Counts,
    LineCount,
    LineKey,
    Lost,
)
from lightexit.trace.rates import rates
from lightexit.trace.vms import Vm, Vms

KEYS = st.builds(
    AccessKey,
    pid=st.integers(1, 3),
    tid=st.integers(1, 4),
    space=st.sampled_from(Space),
    address=st.sampled_from([0x40, 0x608, 0xFED0_00F0, 2**64 - 1]),
    size=st.sampled_from([1, 4, 8]),
    is_write=st.booleans(),
    answer=st.sampled_from([Answer.KVM, Answer.USER]),
)
ACCESS_COUNTS = st.builds(
    lambda accesses, timed, ns: AccessCount(accesses, min(timed, accesses), ns if timed else 0),
    st.integers(0, 10**9),
    st.integers(0, 10**9),
    st.integers(0, 10**15),
)
LINES = st.dictionaries(
    st.builds(LineKey, st.integers(1, 3), st.integers(0, 23)),
    st.builds(lambda n, m: LineCount(n, min(n, m)), st.integers(0, 99), st.integers(0, 99)),
)
APIC = st.dictionaries(
    st.builds(ApicKey, st.integers(1, 3), st.integers(1, 4), st.just(0xB0), st.booleans()),
    st.integers(0, 99),
)
COUNTS = st.builds(
    Counts,
    time_ns=st.integers(0, 10**18),
    accesses=st.dictionaries(KEYS, ACCESS_COUNTS, max_size=20),
    apic=APIC,
    lines=LINES,
    lost=st.builds(Lost, st.integers(0, 9), st.integers(0, 9)),
    sampled=st.integers(1, 1000),
)


SETTINGS = settings(derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def vms() -> Vms:
    """Vms of no process; threads 1 and 2 are vCPUs 0 and 1, the others nobody knows."""
    return Vms(lambda pid: Vm(pid, f"vm{pid}", "qemu"), lambda pid, tid: tid - 1 if tid < 3 else -1)


@SETTINGS
@given(COUNTS, COUNTS)
def test_of_any_two_looks_nothing_is_negative_and_shares_sum_to_1(
    before: Counts, after: Counts
) -> None:
    found = rates(before, after, vms())
    assert all(row.accesses > 0 and row.per_second >= 0 for row in found.rows)
    assert all(row.ns_each is None or row.ns_each >= 0 for row in found.rows)
    assert not found.rows or abs(sum(row.share for row in found.rows) - 1) < 1e-9
    assert all(line.changes >= line.masked >= 0 for line in found.lines.values())
    assert all(count > 0 for count in found.apic.values())
    assert min(found.seconds, found.lost.recursive, found.lost.no_room) >= 0
    assert [row.accesses for row in found.rows] == sorted(
        (row.accesses for row in found.rows), reverse=True
    )
    places = [
        (row.vm, row.vcpu, row.space, row.address, row.size, row.is_write, row.answer)
        for row in found.rows
    ]
    assert len(set(places)) == len(places)


@SETTINGS
@given(COUNTS, COUNTS)
def test_what_came_on_top_is_what_the_rows_have(first: Counts, more: Counts) -> None:
    """Threads that are gone from the second look change nothing."""
    summed = {
        key: AccessCount(
            first.accesses.get(key, AccessCount(0)).accesses + count.accesses,
            first.accesses.get(key, AccessCount(0)).timed + count.timed,
            first.accesses.get(key, AccessCount(0)).time_ns + count.time_ns,
        )
        for key, count in more.accesses.items()
    }
    after = Counts(first.time_ns + 2 * 10**9, summed, {}, {})
    found = rates(first, after, vms())
    wanted: Counter[int] = Counter()
    for key, count in more.accesses.items():
        wanted[key.pid] += count.accesses
    told: Counter[int] = Counter()
    for row in found.rows:
        told[row.vm.pid] += row.accesses
        assert row.per_second == row.accesses / 2
    assert told == +wanted
    assert found.accesses == sum(wanted.values())


def test_the_mean_time_is_of_those_that_were_timed() -> None:
    key = AccessKey(1, 1, Space.PIO, 0x608, 4, False, Answer.USER)
    before = Counts(0, {key: AccessCount(10, 10, 1000)}, {}, {})
    after = Counts(10**9, {key: AccessCount(110, 30, 41_000)}, {}, {}, sampled=5)
    [row] = rates(before, after, vms()).rows
    assert (row.accesses, row.per_second, row.ns_each, row.share) == (100, 100.0, 2000.0, 1.0)
    assert str(row.name) == "pm PM_TMR"
    assert (row.vm.name, row.vcpu) == ("vm1", 0)
    untimed = Counts(10**9, {key: AccessCount(110, 10, 1000)}, {}, {})
    assert rates(before, untimed, vms()).rows[0].ns_each is None


def test_a_table_that_was_emptied_begins_anew() -> None:
    key = AccessKey(1, 1, Space.PIO, 0x608, 4, False, Answer.USER)
    before = Counts(0, {key: AccessCount(1000)}, {ApicKey(1, 1, 0xB0, True): 9}, {})
    after = Counts(10**9, {key: AccessCount(5)}, {ApicKey(1, 1, 0xB0, True): 2}, {})
    found = rates(before, after, vms())
    assert [row.accesses for row in found.rows] == [5]
    assert list(found.apic.values()) == [2]
