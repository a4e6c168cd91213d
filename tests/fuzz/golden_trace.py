# SPDX-License-Identifier: Apache-2.0
"""Golden traces, read and replayed through an RTC with its filter and without."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from fuzz.harness import Format
from lightexit.engine.native import NativeEngine
from lightexit.targets import find_maker
from lightexit.trace.replay.checks import Timeline
from lightexit.trace.replay.compare import Contest, Replay
from lightexit.trace.replay.plan import DevicePlan
from lightexit.trace.replay.sides import ReplayedDevices
from lightexit.trace.replay.source import open_source

_TRACES = Path(__file__).parents[1] / "golden/traces/scenarios/rtc"
_ENGINE = NativeEngine()


def replayed(data: bytes) -> None:
    """Replay the bytes of a file. Raises what the command would say."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trace.jsonl"
        path.write_bytes(data)
        source = open_source(path)
        plans = [DevicePlan("rtc", find_maker("rtc").maker)]
        sides = [ReplayedDevices(plans, engine) for engine in (None, _ENGINE)]
        contest = Contest(sides, whole=True, recorded=True)
        result = Replay(contest, Timeline(source.origin_ns, source.start_ns)).run(source.steps)
    difference = result.first
    assert difference is None or difference.kind is not None, "filter and model disagree"


def seeds() -> Iterator[bytes]:
    """Short ones."""
    for name in ("periodic_polled", "regc_masking"):
        yield (_TRACES / f"{name}.jsonl").read_bytes()


WORDS = ('"op":"inb"', '"op":"outb"', '"op":"irq_in"', '"op":"intack"', '"t_ns":', '"addr":113')
FORMAT = Format(replayed, seeds, WORDS)
replayed(next(seeds()))  # the filter is compiled before anything has a limit
