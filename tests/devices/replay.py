# SPDX-License-Identifier: Apache-2.0
"""The golden traces of tests/golden/traces, by device.

Their README tells the format and where the implementation is known to stray from the data sheets;
`trace/replay/golden.py` replays them.
"""

from __future__ import annotations

from pathlib import Path

from lightexit.trace.replay.golden import SIZES, GoldenOutcome, read_trace, replay, stimulate

__all__ = [
    "ROOT",
    "SIZES",
    "GoldenOutcome",
    "read_trace",
    "replay",
    "stimulate",
    "trace_files",
    "trace_id",
]
ROOT = Path(__file__).resolve().parents[1] / "golden" / "traces"


def trace_files(device: str, kind: str = "*") -> list[Path]:
    """The traces of a device; `kind` is "scenarios", "fuzz" or both."""
    return sorted(ROOT.glob(f"{kind}/{device}/*.jsonl"))


def trace_id(path: Path) -> str:
    """A name for pytest."""
    return f"{path.parent.parent.name}-{path.stem}"
