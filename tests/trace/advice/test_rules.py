# SPDX-License-Identifier: Apache-2.0
"""Each rule tells its own situation, from its rate on, and no other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intervals import KVM, MMIO, MSR, PIO, USER, VM, interval, row
from lightexit.abi import Space
from lightexit.trace.access import Answer, LineCount
from lightexit.trace.advice import advise
from lightexit.trace.advice.rules import RULES
from lightexit.trace.names import RegisterName
from lightexit.trace.rates import Rates, Row
from lightexit.trace.vms import Vm

_PM = RegisterName("pm", "PM_TMR", "pmtimer.read_timer")
_MMCONFIG = RegisterName("pci-mmconfig", "", "")
_NOTIFY = RegisterName("virtio-mmio", "QUEUE_NOTIFY", "virtio_mmio.notify")


def many(rule: str) -> float:
    """The rate from which a rule tells."""
    return next(float(each.per_second) for each in RULES if each.name == rule)


def situation(name: str, factor: float) -> Rates:
    """What the rule is about, at `factor` times the rate from which it tells."""
    least = many(name.partition(":")[0]) * factor
    return {
        "hpet-pulses": lambda: interval(gsi={0: LineCount(int(least), int(least))}),
        "hpet-pulses:rtc": lambda: interval(gsi={8: LineCount(int(least), int(least * 0.95))}),
        "pm-timer": lambda: interval(row(PIO, 0x608, least, size=4)),
        "pm-timer:elsewhere": lambda: interval(row(PIO, 0x4008, least, size=4, name=_PM)),
        "hpet-clock": lambda: interval(row(MMIO, 0xFED0_00F0, least, size=4)),
        "pit": lambda: interval(row(PIO, 0x61, 0.9 * least), row(PIO, 0x42, 0.1 * least, True)),
        "uart-polling": lambda: interval(row(PIO, 0x3FD, least), row(PIO, 0x3F8, 9, True)),
        "uart-output": lambda: interval(row(PIO, 0x2F8, least, True), row(PIO, 0x2FD, least)),
        "apic-eoi": lambda: interval(apic={(0xB0, True): int(least)}),
        "apic-eoi:x2apic": lambda: interval(row(MSR, 0x80B, least, True, 8, KVM)),
        "apic-tpr": lambda: interval(apic={(0x80, True): int(least)}),
        "pci-configuration": lambda: interval(
            row(PIO, 0xCF8, least, True, 4), row(PIO, 0xCFE, least, size=2)
        ),
        "pci-configuration:memory": lambda: interval(
            *(row(MMIO, 0xB000_0000 + each, least / 8, size=4, name=_MMCONFIG) for each in range(8))
        ),
        "msr-reads": lambda: interval(row(MSR, 0x4000_0020, least, size=8, answer=KVM)),
        "doorbells": lambda: interval(row(MMIO, 0xFEB0_0050, least, True, 4, name=_NOTIFY)),
        "doorbells:bar": lambda: interval(row(MMIO, 0xFE00_3004, least, True, 2)),
        "doorbells:legacy": lambda: interval(row(PIO, 0xC050, least, True, 2)),
        "debug-port": lambda: interval(row(PIO, 0x402, least, True)),
        "vga": lambda: interval(row(PIO, 0x3DA, 0.5 * least), row(MMIO, 0xB_8000, 0.5 * least)),
        "fw-cfg": lambda: interval(row(PIO, 0x511, least)),
        "rtc": lambda: interval(row(PIO, 0x70, 0.5 * least, True), row(PIO, 0x71, 0.5 * least)),
        "delay-port": lambda: interval(row(PIO, 0x80, least, True)),
    }[name]()


SITUATIONS = (
    *(rule.name for rule in RULES),
    *(
        "hpet-pulses:rtc",
        "pci-configuration:memory",
        "pm-timer:elsewhere",
        "doorbells:bar",
        "doorbells:legacy",
    ),
)


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_rule_tells_its_situation_and_no_other(name: str) -> None:
    assert [advice.rule for advice in advise(situation(name, 1.01))] == [name.partition(":")[0]]


@pytest.mark.parametrize("name", SITUATIONS)
def test_below_its_rate_a_rule_is_silent(name: str) -> None:
    assert advise(situation(name, 0.98)) == []


@pytest.mark.parametrize(
    "quiet",
    [
        # What a Linux guest that is well set up does: timers, watchdog, console, ioeventfds.
        row(PIO, 0x608, 2, size=4),
        row(MSR, 0x6E0, 20_000, True, 8, KVM),
        row(MSR, 0x830, 20_000, True, 8, KVM),
        row(MMIO, 0xFEB0_0050, 50_000, True, 4, KVM, name=_NOTIFY),
        row(MMIO, 0xFE00_3004, 50_000, True, 2, KVM),
        row(MMIO, 0xFE00_3004, 50_000, False, 2),
        row(MMIO, 0xFE00_1000, 50_000, True, 4),
        row(PIO, 0xC014, 50_000, True, 2),
        row(PIO, 0x511, 50_000, size=4),
        row(PIO, 0x518, 50_000, True, 4),
        row(MMIO, 0xB_8000, 50_000, True, 2, KVM),
        row(MMIO, 0xFED0_0010, 50_000, True, 8),
        row(PIO, 0xCF8, 50_000, True, 4),
        row(PIO, 0x60, 50_000),
        row(PIO, 0x608, 50_000, size=4, answer=KVM),  # the kernel module's filter
        row(MMIO, 0xFED0_00F0, 50_000, size=8, answer=KVM),
    ],
    ids=lambda quiet: f"{quiet.space.name}-{quiet.address:x}-{quiet.answer}",
)
def test_no_rule_tells_what_is_as_it_should_be(quiet: Row) -> None:
    assert advise(interval(quiet)) == []


@pytest.mark.parametrize(
    "gsi",
    [
        {0: LineCount(1000, 0)},  # a guest that takes its timer's interrupts
        {0: LineCount(1000, 800)},
        {4: LineCount(200_000, 200_000)},  # a UART that lowers its line at each byte
        {11: LineCount(5000, 5000)},
    ],
)
def test_lines_that_are_taken_and_lines_of_other_devices(gsi: dict[int, LineCount]) -> None:
    assert advise(interval(gsi=gsi)) == []


def test_reads_of_line_status_that_go_with_output_are_no_polling() -> None:
    told = advise(interval(row(PIO, 0x3F8, 5000, True), row(PIO, 0x3FD, 9000)))
    assert [advice.rule for advice in told] == ["uart-output"]
    told = advise(interval(row(PIO, 0x3F8, 5000, True), row(PIO, 0x3FD, 11_000)))
    assert [advice.rule for advice in told] == ["uart-polling", "uart-output"]


def test_what_a_filter_answers_needs_no_advice() -> None:
    answered = row(PIO, 0x608, 1e6, size=4, answer=Answer.FILTER)
    assert advise(interval(answered, row(PIO, 0x608, 900, size=4))) == []
    assert advise(interval(row(MMIO, 0xFE00_3004, 5000, True, 2, Answer.MODEL))) != []


def test_vcpus_and_sizes_are_added() -> None:
    some = [row(PIO, 0x608, 300, size=4, vcpu=vcpu) for vcpu in range(4)]
    (told,) = advise(interval(*some))
    assert told.evidence == "0x608 1,200 reads/s"


def test_vms_are_not_added() -> None:
    others = [Vm(2000 + each, f"guest-{each}", "qemu") for each in range(3)]
    some = [row(PIO, 0x608, 900, size=4, vm=vm) for vm in others]
    assert advise(interval(*some)) == []
    told = advise(interval(*some, row(PIO, 0x608, 2000, size=4, vm=VM)))
    assert [(advice.rule, advice.vm) for advice in told] == [("pm-timer", VM)]


def test_evidence_has_the_time_and_the_share_of_a_core() -> None:
    slow = row(PIO, 0x608, 50_000, size=4, ns_each=9_000, name=_PM)
    (told,) = advise(interval(slow))
    assert told.evidence == "0x608 (pm PM_TMR) 50,000 reads/s; 9.0 us each, 45% of a core"
    assert told.text.endswith(" lightexit has a filter for it: pmtimer.read_timer.")
    assert told.page == "docs/advice.md#pm-timer"


def test_evidence_of_many_registers_is_short() -> None:
    (told,) = advise(interval(*(row(PIO, 0x3C0 + each, 1000 + each) for each in range(8))))
    assert told.evidence == (
        "0x3c7 1,007 reads/s, 0x3c6 1,006 reads/s, 0x3c5 1,005 reads/s, and 5 more; "
        "8,028 accesses/s in all"
    )


def test_evidence_of_lines_and_apics() -> None:
    (told,) = advise(interval(seconds=2, gsi={0: LineCount(8000, 7600)}))
    assert told.evidence == "GSI 0 was set 4,000 times/s, 95% masked"
    eoi = row(MMIO, 0xFEE0_00B0, 20_000, True, 4, KVM, ns_each=500)
    (told,) = advise(interval(eoi, apic={(0xB0, True): 20_000}))
    assert told.evidence == "APIC EOI 20,000 writes/s; 0.5 us each, 1% of a core"


@pytest.mark.parametrize(
    ("msr", "said"),
    [
        (0x4000_0020, "refuses the reference TSC page"),
        (0x611, "monitoring agent"),
        (0xCE, "Find out in the guest"),
    ],
)
def test_advice_is_by_msr(msr: int, said: str) -> None:
    (told,) = advise(interval(row(MSR, msr, 36_000, size=8, answer=KVM)))
    assert said in told.text
    assert told.evidence == f"MSR {msr:#x} 36,000 reads/s"


@pytest.mark.parametrize(
    ("vmm", "said"),
    [
        ("qemu", "-cpu host,hv-time"),
        ("cloud-hypervisor", "kvm_hyperv=on"),
        ("somebody", "reference TSC page"),
    ],
)
def test_advice_is_in_the_words_of_the_vmm(vmm: str, said: str) -> None:
    (told,) = advise(interval(row(PIO, 0x608, 5000, size=4, vm=Vm(7, "a", vmm))))
    assert said in told.text


def test_an_interval_of_no_length_and_no_accesses() -> None:
    assert advise(interval(seconds=0.0)) == []
    assert advise(interval(seconds=0.0, gsi={0: LineCount(0, 0)}, apic={(0xB0, True): 0})) == []


@pytest.mark.parametrize("space", list(Space))
@pytest.mark.parametrize("answer", [USER, KVM, Answer.FILTER, Answer.MODEL, Answer.NOBODY])
def test_every_answer_and_space_is_looked_at(space: Space, answer: Answer) -> None:
    advise(interval(row(space, 0x608, 1e6, answer=answer)))


def test_a_guest_that_probes_all_ports_hides_nothing() -> None:
    probed = [row(PIO, port, 3) for port in range(0x1_0000) if port != 0x608]
    told = advise(interval(*probed, row(PIO, 0x608, 5000, size=4)))
    assert [advice.rule for advice in told] == ["pm-timer"]


_SPACES = st.sampled_from((PIO, MMIO, MSR))
_HOT = (0x608, 0x3F8, 0x3FD, 0x61, 0x71, 0xCFC, 0x402, 0x511, 0x80, 0xFED0_00F0, 0xFEE0_00B0)
_ADDRESSES = st.one_of(st.sampled_from(_HOT), st.integers(0, 0xFFFF_FFFF))
_ROWS = st.builds(
    row,
    _SPACES,
    _ADDRESSES,
    st.floats(0, 100_000),
    st.booleans(),
    st.sampled_from((1, 2, 4, 8)),
    st.sampled_from(Answer),
    st.one_of(st.none(), st.floats(0, 1e6)),
)


@given(st.lists(_ROWS, max_size=30))
def test_law_few_accesses_are_never_told_of(rows: list[Row]) -> None:
    total = sum(each.per_second for each in rows)
    slowed = [replace(each, per_second=each.per_second * 400 / max(total, 1)) for each in rows]
    assert advise(interval(*slowed)) == []


@given(st.lists(_ROWS, max_size=30), st.lists(_ROWS, max_size=30))
def test_law_vms_do_not_change_each_others_advice(rows: list[Row], others: list[Row]) -> None:
    other = Vm(2000, "guest-b", "cloud-hypervisor")
    theirs = [replace(each, vm=other) for each in others]
    apart = [*advise(interval(*rows)), *advise(interval(*theirs))]
    together = advise(interval(*rows, *theirs))
    assert sorted(map(repr, together)) == sorted(map(repr, apart))
