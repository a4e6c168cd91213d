# SPDX-License-Identifier: Apache-2.0
"""Golden traces are replayed by the same means as recordings."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import scale
from devices.replay import ROOT, read_trace, trace_files, trace_id
from lightexit.engine.native import NativeEngine
from lightexit.errors import AuthorError
from lightexit.trace.access import Access
from lightexit.trace.replay.checks import Timeline
from lightexit.trace.replay.compare import Contest, Replay
from lightexit.trace.replay.golden import read_steps
from lightexit.trace.replay.sides import ReplayedDevices
from lightexit.trace.replay.source import open_source
from lightexit.trace.replay.steps import InputChange, ReplayStep
from replaying import plan

PM = (("", 0x600),)
#: What stands for the traces' devices: ours, where QEMU has them.
PLANS = {
    "hpet": [plan("hpet")],
    "ioapic": [plan("ioapic"), plan("pic")],
    "pic": [plan("pic")],
    "pit": [plan("pit"), plan("port61")],
    "pmtimer": [plan("pm", None, *PM), plan("i440fx")],
    "rtc": [plan("rtc")],
    "uart": [plan("uart")],
    "virtio-mmio": [plan("virtio-mmio")],
}
TRACES = [path for name in PLANS for path in scale.part(trace_files(name), 6)]


@pytest.mark.parametrize("path", TRACES, ids=lambda path: f"{path.parent.name}-{trace_id(path)}")
def test_filters_change_nothing(path: Path) -> None:
    plans = PLANS[path.parent.name]
    sides = ReplayedDevices(plans, None), ReplayedDevices(plans, NativeEngine())
    result = Replay(Contest(sides, whole=True), Timeline(0)).run(read_steps(path)[1])
    assert result.first is None
    assert result.replayed + result.from_outside > 0


def differing(steps: Iterable[ReplayStep]) -> int:
    sides = [ReplayedDevices([plan("pic")], NativeEngine())]
    result = Replay(Contest(sides, recorded=True), Timeline(0)).run(steps)
    return sum(tally.differing for tally in result.registers.values())


def test_inputs_and_acknowledges_are_replayed() -> None:
    """Without them, many more of the PIC's answers differ from QEMU's."""
    steps = list(read_steps(ROOT / "scenarios/pic/level_ack.jsonl")[1])
    accesses = [step for step in steps if isinstance(step, Access)]
    assert any(isinstance(step, InputChange) for step in steps)
    with_inputs, without = differing(steps), differing(accesses)
    assert with_inputs < without


def test_the_header_says_device_and_date() -> None:
    source = open_source(ROOT / "scenarios/rtc/alarm_12h.jsonl")
    assert (source.title, source.devices) == ("golden trace of rtc", ("rtc",))
    assert source.unix_seconds == 1_709_164_790
    assert next(iter(source.steps)).time_ns == 0


def test_every_step_of_every_trace_is_known() -> None:
    for path in scale.part(ROOT.glob("*/*/*.jsonl"), 6):
        told = [step["op"] for step in read_trace(path)[1] if "addr" in step]
        steps = [step for step in read_steps(path)[1] if isinstance(step, Access)]
        assert len(steps) == len(told)


STEP: dict[str, Any] = {"op": "outb", "addr": 112, "value": 10, "t_ns": 0}
DAMAGED = [
    ("", "is empty"),
    ("hello", "begins with 68 65 6c 6c"),
    ("{", ":1: not JSON"),
    ("{}", "names no device in its first line"),
    ('{"device":3}', "names no device in its first line"),
    ('{"device":"rtc"}\n[]', ":2: no JSON object"),
    ('{"device":"rtc"}\n{"op":"outb"}', ":2: no step of a golden trace: KeyError: 't_ns'"),
    ('{"device":"rtc"}\n{"op":"hop","t_ns":0}', "the operation 'hop'"),
    ('{"device":"rtc"}\n' + json.dumps(STEP | {"addr": "x"}), "'x' is no number"),
    ('{"device":"rtc"}\n{"t_ns":0}', "KeyError: 'op'"),
    ('{"device":"rtc"}\n{"op":[],"t_ns":0}', "no step of a golden trace"),
    ('{"device":"rtc"}\n' + "[" * 100_000, ":2: not JSON"),
    ('{"device":"rtc"}\n{"a":' + "1" * 10_000 + "}", ":2: not JSON"),
]


@pytest.mark.parametrize(("text", "message"), DAMAGED, ids=[text[:40] for text, _ in DAMAGED])
def test_damaged_traces_are_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(text)
    with pytest.raises(AuthorError) as caught:
        list(open_source(path).steps)
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 3


@pytest.mark.parametrize("machine", [None, [], ["base=", 3], ["base=2024-99-99T00:00:00"]])
def test_a_date_may_be_missing(machine: Any, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps({"device": "rtc", "machine": machine}))
    assert open_source(path).unix_seconds == 0
