# SPDX-License-Identifier: Apache-2.0
"""`lightexit top` on stock QEMU: what its guest accesses, without any right, to its end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cli.test_schemas import check
from lightexit.engine.kernel.rights import CAP_BPF
from stock_qemu import PM_TIMER, needs_qemu, qemu, reading

FOR_EVER = 2**32 - 1
MOST_INTERVALS = 100


@contextmanager
def top(*words: str) -> Iterator[subprocess.Popen[str]]:
    source = str(Path(__file__).parents[2] / "src")
    command = [sys.executable, "-m", "lightexit", "top", "--json", "--for", "60", *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": source}
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def interval(running: subprocess.Popen[str], fits: Callable[[Any], Any]) -> Any:
    """The first interval that fits."""
    assert running.stdout is not None
    for _ in range(MOST_INTERVALS):
        document = json.loads(running.stdout.readline())
        check(document, "top")
        if fits(document):
            return document
    raise AssertionError("no interval fits")


def capabilities(pid: int) -> set[int]:
    """All that a process has or may get, whichever set they are in."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {int(line.split()[1], 16) for line in lines if line.startswith(("CapPrm", "CapEff"))}


@needs_qemu
def test_a_guest_of_qemus_is_seen_by_name_without_rights_until_it_ends(tmp_path: Path) -> None:
    name = "guest=top test,debug-threads=on"
    with (
        qemu(tmp_path, reading(PM_TIMER, FOR_EVER), "-name", name) as guest,
        top("--vm", "top test", "--interval", "0.2") as running,
    ):
        seen = interval(running, lambda document: document["accesses"] > 0)
        [row] = [row for row in seen["rows"] if row["address"] == PM_TIMER]
        assert (row["vm"], row["pid"], row["vcpu"]) == ("top test", guest.pid, 0)
        assert (row["device"], row["register"]) == ("pm", "PM_TMR")
        assert (row["answered_in"], row["size"], row["is_write"]) == ("user", 4, False)
        assert row["ns_each"] > 0
        assert row["filter"] == "pmtimer.read_timer"
        assert capabilities(running.pid) <= {0, CAP_BPF}
        guest.kill()
        guest.wait()
        ended = interval(running, lambda document: document["vms"][0]["has_ended"])
        assert [vm["vm"] for vm in ended["vms"]] == ["top test"]
