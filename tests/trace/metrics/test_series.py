# SPDX-License-Identifier: Apache-2.0
"""Which registers get series of their own, and that none is counted twice or goes down."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.samples import Sample

from lightexit.abi import Space
from lightexit.trace.access import AccessCount, AccessKey, Answer, ApicKey, LineCount, LineKey
from lightexit.trace.metrics.exposition import MetricsCollector
from lightexit.trace.metrics.series import FOR_REGISTERS, FOR_UNNAMED, SERIES
from lightexit.trace.metrics.totals import MOST_VMS
from lightexit.trace.vms import Vm
from monitoring.scripted import EOI, FIRST_PORT, PM_TIMER, Script, key

OF_PM_TIMER = key(7, PM_TIMER)


def samples(script: Script, pid: int | None = 7) -> Iterator[Sample]:
    for family in MetricsCollector(script.metrics).collect():
        for sample in family.samples:
            if pid is None or sample.labels.get("pid") == str(pid):
                yield sample


def accesses(script: Script, **labels: str) -> float:
    """The sum over series of accesses with these labels."""
    return sum(
        sample.value
        for sample in samples(script, None)
        if sample.name == "lightexit_vm_accesses_total" and labels.items() <= sample.labels.items()
    )


def own(script: Script, pid: int = 7) -> list[Sample]:
    return [each for each in samples(script, pid) if each.labels.get("device") != "other"]


def test_a_register_has_series_after_two_busy_periods_and_not_before() -> None:
    script = Script()
    script.access(OF_PM_TIMER, 100)
    script.tell(after_s=10)
    assert accesses(script, device="pm") == 0
    assert accesses(script, device="other") == 100
    script.access(OF_PM_TIMER, 100)
    script.tell(after_s=10)
    assert [s.value for s in samples(script) if s.labels.get("device") == "pm"] == [0, 0]
    script.access(OF_PM_TIMER, 5)
    script.tell(after_s=1)
    assert accesses(script, device="pm", register="PM_TMR", direction="read", answered="user") == 5
    assert accesses(script, device="other") == 200


@pytest.mark.parametrize("second", [0, 99])
def test_one_busy_period_is_not_enough(second: int) -> None:
    script = Script()
    for times in (100, second, 100):
        script.access(OF_PM_TIMER, times)
        script.tell(after_s=10)
    assert accesses(script, device="pm") == 0
    assert accesses(script) == 200 + second


def test_time_is_that_of_the_timed_accesses() -> None:
    script = Script()
    script.make_busy(OF_PM_TIMER, key(7, 1, Space.MSR, Answer.KVM))
    script.access(OF_PM_TIMER, 10, ns_each=1_000_000)
    script.tell(after_s=1)
    seconds = {
        sample.labels["device"]: sample.value
        for sample in samples(script)
        if sample.name == "lightexit_vm_access_seconds_total"
    }
    assert seconds["pm"] == pytest.approx(0.01)
    assert "msr" not in seconds, "nobody has timed it"


def test_a_guest_that_probes_all_ports_adds_no_series() -> None:
    script = Script()
    script.make_busy(OF_PM_TIMER)
    before = len(own(script))
    ports = [AccessKey(7, 7, Space.PIO, port, 1, False, Answer.USER) for port in range(65536)]
    for times in (1, 2):
        script.accesses |= dict.fromkeys(ports, AccessCount(times, times, times))
        script.tell(after_s=10)
    assert len(own(script)) == before
    assert accesses(script) == 2000 + 2 * 65536


def test_a_guest_that_is_busy_everywhere_gets_50_series() -> None:
    script = Script()
    ports = [key(7, FIRST_PORT + n) for n in range(1000)]
    script.make_busy(*ports)
    assert len(own(script)) <= SERIES
    named = [key(7, n, Space.MSR, Answer.KVM) for n in range(1000)]
    script.make_busy(*ports, *named)
    assert len(own(script)) == SERIES
    assert sum(1 for s in own(script) if s.labels.get("space") == "pio") == FOR_UNNAMED - 1
    assert accesses(script) == (2 * 1000 + 2 * 2000) * 1000


def test_half_of_the_room_is_kept_for_registers_with_names() -> None:
    script = Script()
    script.make_busy(*(key(7, FIRST_PORT + n, answer=Answer.KVM) for n in range(1000)))
    assert sum(1 for s in own(script) if s.labels.get("space") == "pio") == FOR_UNNAMED
    script.make_busy(*(key(7, n, Space.MSR) for n in range(1000)))
    msrs = [s for s in own(script) if s.labels.get("space") == "msr"]
    assert len(msrs) == (FOR_REGISTERS - FOR_UNNAMED) // 2 * 2


def test_the_busiest_get_the_room() -> None:
    script = Script()
    for _ in range(2):
        for n in range(100):
            script.access(key(7, n, Space.MSR, Answer.KVM), 1000 + n)
        script.tell(after_s=10)
    registers = {s.labels["register"] for s in own(script) if s.labels.get("space") == "msr"}
    assert registers == {f"MSR_{n:X}" for n in range(100 - FOR_REGISTERS, 100)}


def test_other_has_series_by_place_of_answer_only() -> None:
    script = Script()
    for answer in (Answer.USER, Answer.KVM):
        for port in range(1000):
            script.access(key(7, port, answer=answer))
    script.tell(after_s=10)
    others = [s for s in samples(script) if s.labels.get("device") == "other"]
    assert sorted((s.name, s.labels["answered"]) for s in others) == [
        ("lightexit_vm_access_seconds_total", "user"),
        ("lightexit_vm_accesses_total", "kvm"),
        ("lightexit_vm_accesses_total", "user"),
    ]


def test_local_apics_and_lines_have_a_few_series() -> None:
    script = Script()
    for vcpu in range(64):
        script.apic |= {ApicKey(7, vcpu, offset, True): 2 for offset in (EOI, 0x80, 0x20, 0x30)}
    script.lines |= {LineKey(7, gsi): LineCount(10, 4) for gsi in range(24)}
    script.tell(after_s=1)
    found = {(s.name, s.labels.get("register")): s.value for s in samples(script)}
    assert found["lightexit_vm_apic_accesses_total", "EOI"] == 128
    assert found["lightexit_vm_apic_accesses_total", "TPR"] == 128
    assert found["lightexit_vm_apic_accesses_total", "other"] == 256
    assert found["lightexit_vm_line_changes_total", None] == 240
    assert found["lightexit_vm_masked_line_changes_total", None] == 96
    assert len(found) == SERIES - FOR_REGISTERS


# VMs that come and go


def test_a_vm_that_ended_keeps_its_series_for_a_while() -> None:
    script = Script()
    script.vms[8] = Vm(8, "stays", "qemu")
    script.access(OF_PM_TIMER, 50)
    script.access(key(8, PM_TIMER), 60)
    script.tell(after_s=1)
    script.access(OF_PM_TIMER, 5)
    del script.vms[7]
    script.tell(after_s=1)
    script.tell(after_s=119)
    assert accesses(script, vm="win10") == 55
    script.tell(after_s=1)
    assert list(samples(script, 7)) == []
    assert accesses(script, vm="stays") == 60
    script.tell(after_s=1)
    assert list(samples(script, 7)) == [], "its counts are still there, and are nothing new"


def test_watched_vms_are_those_that_run() -> None:
    script = Script()
    script.vms[8] = Vm(8, "stays", "qemu")
    script.access(OF_PM_TIMER)
    script.access(key(8, PM_TIMER))
    script.tell(after_s=1)
    del script.vms[7]
    script.tell(after_s=1)
    (watched,) = [s.value for s in samples(script, None) if s.name == "lightexit_watched_vms"]
    assert watched == 1


def test_a_vm_that_ended_before_it_was_looked_at_is_unknown() -> None:
    script = Script()
    script.access(key(9, PM_TIMER), 3)
    script.tell(after_s=1)
    assert accesses(script, vm="pid 9", pid="9") == 3
    script.tell(after_s=120)
    assert list(samples(script, 9)) == []


def test_another_vm_with_the_number_of_one_that_ended_begins_at_0() -> None:
    script = Script()
    script.access(OF_PM_TIMER, 50)
    script.tell(after_s=1)
    del script.vms[7]
    script.tell(after_s=1)
    script.vms[7] = Vm(7, "next", "qemu")
    script.access(OF_PM_TIMER, 2)
    script.tell(after_s=1)
    assert accesses(script, vm="next") == 2
    assert accesses(script, vm="win10") == 0


def test_vms_beyond_the_bound_are_told_together() -> None:
    script = Script()
    for pid in range(10_000, 10_000 + MOST_VMS + 10):
        script.vms[pid] = Vm(pid, f"vm{pid}", "qemu")
        script.access(key(pid, PM_TIMER), 2)
    script.tell(after_s=1)
    assert (
        len({s.labels["pid"] for s in samples(script, None) if "pid" in s.labels}) == MOST_VMS + 1
    )
    assert accesses(script, vm="other", pid="") == 20
    assert accesses(script) == 2 * (MOST_VMS + 10)


def test_counts_that_begin_anew_do_not_go_down() -> None:
    script = Script()
    script.access(OF_PM_TIMER, 50)
    script.tell(after_s=1)
    script.accesses.clear()
    script.access(OF_PM_TIMER, 3)
    script.tell(after_s=1)
    assert accesses(script) == 53


# Law: whatever a guest does, nothing goes down, and the sum is what was counted.

_STEPS = st.lists(
    st.tuples(
        st.sampled_from([7, 8]),
        st.integers(0, 60),
        st.sampled_from([Space.PIO, Space.MSR]),
        st.sampled_from([Answer.KVM, Answer.USER]),
        st.sampled_from([1, 99, 100, 5000]),
        st.sampled_from([0.0, 0.5, 10.0]),
    ),
    max_size=200,
)


@given(_STEPS)
def test_series_only_grow_and_add_up(
    steps: list[tuple[int, int, Space, Answer, int, float]],
) -> None:
    script = Script()
    script.vms[8] = Vm(8, "other vm", "qemu")
    before: dict[object, float] = {}
    for pid, address, space, answer, times, after_s in steps:
        script.access(key(pid, address, space, answer), times)
        script.tell(after_s)
        now: dict[object, float] = {
            (s.name, *sorted(s.labels.items())): s.value for s in samples(script, None)
        }
        assert all(now[each] >= value for each, value in before.items())
        assert accesses(script) == sum(count.accesses for count in script.accesses.values())
        before = now
    for pid in (7, 8):
        assert len(own(script, pid)) <= SERIES
