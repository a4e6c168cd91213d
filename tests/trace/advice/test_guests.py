# SPDX-License-Identifier: Apache-2.0
"""Guests of our own that make each situation, under QEMU on KVM, seen by the probes."""

from __future__ import annotations

import contextlib
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from guests.build import guest
from lightexit.errors import HostError
from lightexit.trace.access import Counts
from lightexit.trace.advice import Advice, Advisor, advise
from lightexit.trace.advice.rules import RULES
from lightexit.trace.probes import Probes, open_probes
from lightexit.trace.rates import rates
from lightexit.trace.vms import Vms
from stock_qemu import needs_qemu, qemu

PAGE = Path(__file__).parents[3] / "docs" / "advice.md"
INTERVAL_S, PATIENCE_S = 0.3, 15.0
_SERIAL = ("-serial", "null")
_RNG = ("-device", "virtio-rng-pci,addr=5")


@dataclass(frozen=True)
class Situation:
    """A guest, what QEMU is given with it, and the rules that have to tell of it; each of them has
    to have `evidence` in its figures."""

    guest: str
    arguments: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    evidence: str = ""


#: By what is run at once; more than this would leave each too little of two cores.
GROUPS: Mapping[str, tuple[Situation, ...]] = {
    "clocks": (
        Situation("pmtimer", (), ("pm-timer",), "0x608 (pm PM_TMR) "),
        Situation("hpet_counter", (), ("hpet-clock",), "0xfed000f0 (hpet COUNTER) "),
        Situation("hpet_pulses", (), ("hpet-pulses",), "GSI 0 was set "),
        Situation("hpet_pulses", ("-machine", "pc,hpet=off")),
        Situation("idle"),
    ),
    "timers": (
        Situation("pit", (), ("pit",), "0x61 "),
        Situation("rtc", (), ("rtc",), "0x71 "),
        Situation("msr", (), ("msr-reads",), "MSR 0xce "),
        Situation("idle"),
    ),
    "serial": (
        Situation("uart_status", _SERIAL, ("uart-polling",), "0x3fd (uart LSR) "),
        Situation("uart_output", _SERIAL, ("uart-output",), "0x3f8 "),
        Situation(
            "debug_port",
            ("-chardev", "null,id=log", "-device", "isa-debugcon,iobase=0x402,chardev=log"),
            ("debug-port",),
            "0x402 ",
        ),
    ),
    "apic": (
        Situation("apic_eoi", (), ("apic-eoi",), "APIC EOI "),
        Situation("apic_tpr", (), ("apic-tpr",), "APIC TPR "),
        Situation("x2apic_eoi", (), ("apic-eoi",), "APIC EOI "),
    ),
    "ports": (
        Situation("pci", (), ("pci-configuration",), "0xcfc "),
        Situation("vga", ("-vga", "std"), ("vga",), "0x3da "),
        Situation("fw_cfg", (), ("fw-cfg",), "0x511 "),
        Situation("delay_port", (), ("delay-port",), "0x80 "),
    ),
    "doorbells": (
        Situation("doorbell", ("-machine", "microvm"), ("doorbells",), "0xfeb00050 "),
        Situation("doorbell_pci", (*_RNG[:1], f"{_RNG[1]},ioeventfd=off"), ("doorbells",), "0x"),
        Situation("doorbell_pci", _RNG),
    ),
}


@pytest.fixture(scope="module")
def probes() -> Iterator[Probes]:
    try:
        opened = open_probes()
    except HostError as error:
        pytest.skip(error.found)
    with contextlib.closing(opened):
        yield opened


@contextlib.contextmanager
def running(situation: Situation, folder: Path) -> Iterator[int]:
    """The guest under QEMU; its process."""
    own = Path(tempfile.mkdtemp(dir=folder))
    image = guest(f"advice/{situation.guest}")
    with qemu(own, image, *situation.arguments) as process:
        yield process.pid


def intervals(probes: Probes, seconds: float) -> Iterator[tuple[Counts, Counts]]:
    """The counts at the beginning and end of one interval after the other."""
    end, before = time.monotonic() + seconds, probes.read()
    while time.monotonic() < end:
        time.sleep(INTERVAL_S)
        after = probes.read()
        yield before, after
        before = after


def told(probes: Probes, pids: set[int], wanted: int) -> list[Advice]:
    """All advice on these VMs, interval by interval, until `wanted` rules have told."""
    found: list[Advice] = []
    vms = Vms()
    for number, (before, after) in enumerate(intervals(probes, PATIENCE_S)):
        advices = advise(rates(before, after, vms), vms)
        found += [advice for advice in advices if advice.vm.pid in pids]
        if number and len({(advice.vm.pid, advice.rule) for advice in found}) >= wanted:
            break
    return found


@needs_qemu
@pytest.mark.parametrize("group", GROUPS)
def test_each_situation_is_told_and_nothing_else(
    group: str, probes: Probes, tmp_path: Path
) -> None:
    situations = GROUPS[group]
    with contextlib.ExitStack() as stack:
        pids = {stack.enter_context(running(each, tmp_path)): each for each in situations}
        wanted = sum(len(each.rules) for each in situations)
        found = told(probes, set(pids), wanted)
    for pid, situation in pids.items():
        own = [advice for advice in found if advice.vm.pid == pid]
        assert {advice.rule for advice in own} == set(situation.rules), (situation, own)
        assert all(situation.evidence in advice.evidence for advice in own), (situation, own)
        assert all(advice.vm.vmm == "qemu" for advice in own)


@needs_qemu
def test_a_burst_is_not_told(probes: Probes, tmp_path: Path) -> None:
    alone, steady = started(probes, Situation("burst", _SERIAL), tmp_path)
    assert "uart-polling" in alone
    assert steady == set()


@pytest.mark.long
@needs_qemu
@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_the_boot_of_a_bios_is_not_told(machine: str, probes: Probes, tmp_path: Path) -> None:
    seabios = Situation("idle", ("-machine", machine, "-vga", "std", "-bios", "bios-256k.bin"))
    _, steady = started(probes, seabios, tmp_path, intervals_of=8)
    assert steady == set()


def started(
    probes: Probes, situation: Situation, folder: Path, intervals_of: int = 5
) -> tuple[set[str], set[str]]:
    """The rules that tell of a guest from its start on: of an interval alone, and at a stretch."""
    advisor, vms, before = Advisor(steady_s=3 * INTERVAL_S), Vms(), probes.read()
    alone, steady = set(), set()
    with running(situation, folder) as pid:
        for _ in range(intervals_of):
            time.sleep(INTERVAL_S)
            after = probes.read()
            seen = rates(before, after, vms)
            alone |= {advice.rule for advice in advise(seen, vms) if advice.vm.pid == pid}
            steady |= {advice.rule for advice in advisor.update(seen) if advice.vm.pid == pid}
            before = after
    return alone, steady


def test_the_page_says_which_guests_make_what() -> None:
    lines = re.findall(r"^\| \[([a-z-]+)\].* \| ([a-z0-9_, ]+) \|$", PAGE.read_text(), re.M)
    made: dict[str, list[str]] = {}
    for situation in (each for group in GROUPS.values() for each in group):
        for rule in situation.rules:
            made.setdefault(rule, []).append(situation.guest)
    assert {rule: guests.split(", ") for rule, guests in lines} == made
    assert set(made) == {rule.name for rule in RULES}
