# SPDX-License-Identifier: Apache-2.0
"""Which filters are proved to do what their device's model does, as a table:
`PYTHONPATH=src:tests:. python -m laws.transparency [DEVICE...]`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from devices.subjects import SUBJECTS
from lightexit.prover.query import Budget
from lightexit.prover.transparency import Transparency, prove_transparency

#: What is proved; the others are tested only (docs/transparency.md says why).
PROVED = (
    "port92",
    "debugcon",
    "fw_cfg",
    "virtio-mmio",
    "i440fx",
    "pm",
    "port61",
    "ps2",
    "ioapic",
    "hpet",
    "pit",
)


def proved(name: str, seconds: float = 60.0) -> Iterator[Transparency]:
    """What is found out of each filter of a device of the library."""
    subject = SUBJECTS[name]
    return prove_transparency(lambda now: subject.build(now).devices[0], Budget(seconds))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a row for each filter."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("devices", nargs="*", default=PROVED)
    parser.add_argument("--seconds", type=float, default=60.0, help="for each filter")
    told = parser.parse_args(arguments)
    for name in told.devices:
        for each in proved(name, told.seconds):
            print(row(each), flush=True)


def row(found: Transparency) -> str:
    """A row of docs/transparency.md."""
    cells = [
        f"`{found.device}`",
        f"`{found.filter}`",
        found.verdict,
        str(found.paths),
        str(found.handled),
        f"{found.seconds:.1f}",
    ]
    told = found.reason or str(found.difference or "")
    return f"| {' | '.join(cells)} |" + (f" {told}" if told else "")


if __name__ == "__main__":
    main()
