# SPDX-License-Identifier: Apache-2.0
"""What a process without rights is told, and that rights are dropped once probes are attached."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lightexit.engine.kernel.rights import CAP_BPF, CAP_PERFMON, only
from lightexit.errors import HostError
from lightexit.trace.probes import open_events, open_probes
from stock_qemu import PM_TIMER, needs_qemu, qemu, reading

READS = 500
#: Prints its capabilities and what it counted: all after its rights were dropped.
WATCHER = f"""
import json, sys, time
from lightexit.trace.probes import drop_rights, open_probes
from lightexit.errors import HostError

probes = open_probes()
kept = drop_rights()
print("attached", flush=True)
pid = int(sys.stdin.readline())
seen = 0
while seen < {READS}:
    counts = probes.read().accesses.items()
    seen = sum(count.accesses for key, count in counts if key.pid == pid)
try:
    open_probes()
    refusal = ""
except HostError as error:
    refusal = str(error)
lines = open("/proc/self/status").read().splitlines()
status = dict(line.split(":\\t", 1) for line in lines if ":\\t" in line)
print(json.dumps({{"kept": kept, "seen": seen, "refusal": refusal, "status": status}}))
"""


@needs_qemu
def test_counts_flow_after_rights_are_dropped(tmp_path: Path) -> None:
    watcher = subprocess.Popen(
        [sys.executable, "-c", WATCHER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert watcher.stdout is not None
    assert watcher.stdout.readline() == "attached\n"
    with qemu(tmp_path, reading(PM_TIMER, READS)) as guest:
        told, _ = watcher.communicate(f"{guest.pid}\n", timeout=30)
    found = json.loads(told)
    assert found["seen"] == READS
    kept = CAP_BPF if found["kept"] else 0
    for name in ("CapPrm", "CapEff"):
        assert int(found["status"][name], 16) == kept
    assert found["status"]["NoNewPrivs"] == "1"
    assert "this process has no right to" in found["refusal"]


@needs_qemu
@pytest.mark.parametrize("kept", [0, CAP_PERFMON, CAP_BPF])
def test_a_process_without_the_rights_is_told_which(kept: int) -> None:
    for opening in (open_probes, open_events):
        with only(kept), pytest.raises(HostError) as caught:
            opening()
        assert "this process has no right to" in caught.value.found
        assert caught.value.expected == "CAP_BPF and CAP_PERFMON"
        assert caught.value.advice.startswith("run it as root, or with")


@needs_qemu
def test_two_rights_are_enough() -> None:
    with only(CAP_BPF | CAP_PERFMON):
        open_probes().close()


#: Has a thread before its rights are dropped, which would keep its own.
THREADED = """
import threading
from lightexit.engine.kernel.rights import give_up
threading.Thread(target=threading.Event().wait, daemon=True).start()
try:
    give_up()
except Exception as error:
    print(type(error).__name__, error)
"""


@needs_qemu
def test_a_thread_that_would_keep_rights_is_told_of() -> None:
    done = subprocess.run(
        [sys.executable, "-c", THREADED],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout == "InternalError 1 threads were started before rights were given up\n"
