# SPDX-License-Identifier: Apache-2.0
"""The text of /metrics: names by Prometheus's conventions, labels that nobody can break out of."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

import lightexit
from lightexit.abi import Space
from lightexit.trace.access import Answer, ApicKey, LineCount, LineKey, Lost
from lightexit.trace.metrics.exposition import COUNTERS, GAUGES, registry_of
from lightexit.trace.metrics.totals import LABEL
from lightexit.trace.vms import Vm
from monitoring.scripted import EOI, PM_TIMER, Script, key

KUBEVIRT = {"namespace": "prod", "vmi": "db-0"}
HOSTILE = [
    'a"} 1\nlightexit_vm_accesses_total{vm="forged"} 1e9\n#',
    "back\\slash\\",
    "\x1b]0;owned\x07\x1b[2J",
    "\u202egnirts\u2028",
    "\udcff\udc80 bytes",
    "\x00",
    "x" * 1_000_000,
]


def busy_script() -> Script:
    script = Script()
    script.vms[7] = Vm(7, "prod_db-0", "qemu", labels=KUBEVIRT)
    script.make_busy(key(7, PM_TIMER), key(7, 0x10, Space.MSR, Answer.KVM))
    script.access(key(7, PM_TIMER))
    script.apic[ApicKey(7, 7, EOI, True)] = 5
    script.lines[LineKey(7, 0)] = LineCount(4, 3)
    script.lost = Lost(recursive=1, no_room=2)
    script.tell(after_s=1)
    return script


def exposed(script: Script) -> str:
    return generate_latest(registry_of(script.metrics)).decode()


def test_promtool_has_nothing_to_say() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed")
    text = exposed(busy_script())
    done = subprocess.run(
        [promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_every_metric_is_there() -> None:
    names = {
        family.name
        for family in text_string_to_metric_families(exposed(busy_script()))
        if family.samples
    }
    assert names >= {*COUNTERS, *GAUGES, "process_cpu_seconds", "process_resident_memory_bytes"}


def test_the_text_of_one_vm() -> None:
    lines = exposed(busy_script()).splitlines()
    vm = 'pid="7",vm="prod_db-0"'
    pm = f'device="pm",direction="read",pid="7",register="PM_TMR",space="pio",{vm[8:]}'
    for line in (
        f'lightexit_vm_accesses_total{{answered="user",{pm}}} 1.0',
        f'lightexit_vm_access_seconds_total{{answered="user",{pm}}} 2e-05',
        f'lightexit_vm_apic_accesses_total{{pid="7",register="EOI",{vm[8:]}}} 5.0',
        f"lightexit_vm_line_changes_total{{{vm}}} 4.0",
        f"lightexit_vm_masked_line_changes_total{{{vm}}} 3.0",
        'lightexit_vm_info{name="db-0",namespace="prod",pid="7",vm="prod_db-0",vmm="qemu"} 1.0',
        'lightexit_lost_events_total{reason="recursion"} 1.0',
        'lightexit_lost_events_total{reason="no_room"} 2.0',
        "lightexit_watched_vms 1.0",
        "lightexit_sampled_one_in 1.0",
        f'lightexit_build_info{{version="{lightexit.__version__}"}} 1.0',
    ):
        assert line in lines


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name[:12]))
def test_no_name_breaks_out_of_its_label(name: str) -> None:
    script = Script()
    script.vms[7] = Vm(7, name, vmm=name, labels=dict.fromkeys(KUBEVIRT, name))
    script.make_busy(key(7, PM_TIMER))
    text = exposed(script)
    assert text.isascii() or text.isprintable()
    families = list(text_string_to_metric_families(text))
    samples = [sample for family in families for sample in family.samples]
    values = {value for sample in samples for value in sample.labels.values()}
    assert max(len(value) for value in values) <= LABEL
    assert all(value.isprintable() for value in values)
    assert {s.labels["vm"] for s in samples if "vm" in s.labels} != {"forged"}
    assert len({s.labels["vm"] for s in samples if "vm" in s.labels}) == 1
