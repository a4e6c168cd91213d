# SPDX-License-Identifier: Apache-2.0
"""JSON Schemas of what `--json` writes: one file each, named by its number.

A document names its schema in "schema". Fields may be added under the same number; a new number
says that one has gone, or means something else.
"""

from __future__ import annotations

from enum import StrEnum

VERIFY, RUN, BUILD = "urn:lightexit:verify:1", "urn:lightexit:run:1", "urn:lightexit:build:1"
DEVICES = "urn:lightexit:devices:1"
BENCH_HOST, REPLAY = "urn:lightexit:bench-host:1", "urn:lightexit:replay:1"
TOP = "urn:lightexit:top:1"
REPORT = "urn:lightexit:report:1"
EXPLAIN, BENCH_FILTER = "urn:lightexit:explain:1", "urn:lightexit:bench-filter:1"
CHECK, PROVE = "urn:lightexit:check:1", "urn:lightexit:prove:1"


class CommandSchema(StrEnum):
    """A command that has `--json`."""

    RUN = "run"
    VERIFY = "verify"
    BUILD = "build"
    BENCH_HOST = "bench-host"
    REPLAY = "replay"
    TOP = "top"
    REPORT = "report"
    DEVICES = "devices"
    EXPLAIN = "explain"
    BENCH_FILTER = "bench-filter"
    CHECK = "check"
    PROVE = "prove"


_IDS = {
    CommandSchema.RUN: RUN,
    CommandSchema.VERIFY: VERIFY,
    CommandSchema.BUILD: BUILD,
    CommandSchema.BENCH_HOST: BENCH_HOST,
    CommandSchema.REPLAY: REPLAY,
    CommandSchema.TOP: TOP,
    CommandSchema.REPORT: REPORT,
    CommandSchema.DEVICES: DEVICES,
    CommandSchema.EXPLAIN: EXPLAIN,
    CommandSchema.BENCH_FILTER: BENCH_FILTER,
    CommandSchema.CHECK: CHECK,
    CommandSchema.PROVE: PROVE,
}


def text(command: CommandSchema) -> str:
    """The schema of what a command writes, a JSON document itself."""
    from importlib import resources  # slow to import, and seldom needed

    name = "-".join(_IDS[command].split(":")[2:])
    return resources.files(__name__).joinpath(f"{name}.json").read_text("utf-8")
