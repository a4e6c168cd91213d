# SPDX-License-Identifier: Apache-2.0
"""`lightexit record`: a VM of stock QEMU, recorded; and what ends or refuses a recording."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.forked import lightexit, refusal
from lightexit.abi import Space
from lightexit.cli.progress import Telling
from lightexit.cli.record import progress_line
from lightexit.cli.streams import PlainStream
from lightexit.trace.access import Answer
from lightexit.trace.recording import Progress, Recording, RecordingWriter
from recordings import ABOUT, accesses, find_vm
from recordings import record as recorded
from stock_qemu import PM_TIMER, needs_qemu, qemu, reading

READS, FOREVER = 500, 2**31
NOBODY = 65534


@contextlib.contextmanager
def recorder(*words: str | Path) -> Iterator[subprocess.Popen[str]]:
    """The command, once its probes are attached."""
    command = [sys.executable, "-m", "lightexit", "record", *map(str, words)]
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(each for each in sys.path if each))
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment)
    try:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("recording to ")
        yield process
    finally:
        process.kill()
        process.communicate()


def of_guest(path: Path, pid: int) -> int:
    """How often this process's guest has read the PM timer, as far as it is recorded."""
    with contextlib.suppress(Exception):
        return sum(a.address == PM_TIMER for a in Recording.open(path).accesses(pid))
    return 0


def wait_for(path: Path, pid: int, reads: int) -> None:
    end = time.monotonic() + 30
    while of_guest(path, pid) < reads and time.monotonic() < end:
        time.sleep(0.2)


@needs_qemu
def test_each_access_of_a_guest_is_recorded(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with recorder("-o", path) as process:
        with qemu(tmp_path, reading(PM_TIMER, READS), "-name", "guest=web01") as guest:
            wait_for(tmp_path / "a.parquet.parts", guest.pid, READS)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert said.endswith("; ended by SIGINT\n")
    found = Recording.open(path)
    reads = [a for a in found.accesses(guest.pid) if a.address == PM_TIMER]
    assert len(reads) == READS
    assert {(a.space, a.size, a.is_write, a.answer) for a in reads} == {
        (Space.PIO, 4, False, Answer.USER)
    }
    assert all(a.value is not None and a.duration_ns for a in reads[1:])
    times = [a.time_ns for a in reads]
    assert times == sorted(times)
    assert abs(times[-1] - time.time_ns()) < 120e9
    (vm,) = (each for each in found.vms() if each.pid == guest.pid)
    assert (vm.vm, vm.vmm) == ("web01", "qemu")


@needs_qemu
def test_the_end_of_the_vm_ends_its_recording(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with (
        qemu(tmp_path, reading(PM_TIMER, FOREVER)) as guest,
        recorder("-o", path, "--pid", str(guest.pid)) as process,
    ):
        time.sleep(0.5)
        guest.kill()
        guest.wait()
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert said.endswith("; the VM has ended\n")
    assert len(Recording.open(path)) > 0


@needs_qemu
def test_a_killed_recorder_leaves_its_parts(tmp_path: Path) -> None:
    path, parts = tmp_path / "a.parquet", tmp_path / "a.parquet.parts"
    with (
        qemu(tmp_path, reading(PM_TIMER, FOREVER)) as guest,
        recorder("-o", path, "--pid", str(guest.pid)) as process,
    ):
        end = time.monotonic() + 60
        while not [*parts.glob("*.parquet")] and time.monotonic() < end:
            time.sleep(0.1)
        process.kill()
        process.wait()
    accesses_left = len(Recording.open(parts))
    assert accesses_left > 0
    assert f"{parts} has a recording that was not finished" in refusal("record", "-o", path)
    done = lightexit("record", "--from", parts, "-o", path)
    assert done.returncode == 0, done.stderr
    assert len(Recording.open(path)) == accesses_left
    assert not parts.exists()


@pytest.fixture
def their_folder() -> Iterator[Path]:
    """A folder of somebody who is not root, that anybody may enter."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)
        os.chown(folder, NOBODY, NOBODY)
        yield folder


@needs_qemu
def test_rights_are_dropped_and_files_are_the_folders_owners(their_folder: Path) -> None:
    path = their_folder / "a.parquet"
    with (
        qemu(their_folder, reading(PM_TIMER, FOREVER)) as guest,
        recorder("-o", path, "--pid", str(guest.pid)) as process,
    ):
        status = Path(f"/proc/{process.pid}/status").read_text()
        facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        threads = [*Path(f"/proc/{process.pid}/task").iterdir()]
        capabilities = {_permitted(thread) for thread in threads}
        time.sleep(3)  # two parts, which become one file
        process.send_signal(signal.SIGTERM)
        said, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    assert said.endswith("; ended by SIGTERM\n")
    if capabilities != {0}:
        pytest.skip("a kernel on which reading tables needs CAP_BPF")
    assert facts["NoNewPrivs"] == "1"
    assert facts["Uid"].split() == facts["Gid"].split() == [str(NOBODY)] * 4
    assert (path.stat().st_uid, path.stat().st_gid) == (NOBODY, NOBODY)
    assert len(Recording.open(path)) > 0
    assert {each.name for each in their_folder.glob("a.*")} == {"a.parquet"}


def _permitted(thread: Path) -> int:
    return int((thread / "status").read_text().partition("\nCapPrm:")[2].split()[0], 16)


@needs_qemu
def test_a_time_ends_it(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with recorder("-o", path, "--for", "0.3") as process:
        said, _ = process.communicate(timeout=30)
    assert said.endswith("; the 0.3 s are over\n")
    assert path.exists()


def test_without_rights_it_says_which(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root has them")
    said = refusal("record", "-o", tmp_path / "a.parquet", "--for", "1")
    assert "CAP_BPF" in said or "/dev/kvm" in said or "tracepoint" in said
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--pid", "1", "--from", "x"], "--from with a VM or a time"),
        (["--vm", "no such VM"], "no VM here is called 'no such VM'"),
        (["--pid", "2000000000"], "there is no process 2000000000"),
    ],
)
def test_what_cannot_be_recorded(words: list[str], said: str, tmp_path: Path) -> None:
    assert said in refusal("record", "-o", tmp_path / "a.parquet", *words)
    assert [*tmp_path.iterdir()] == []


def test_progress_is_one_line_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = os.openpty()
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with open(theirs, "wb", buffering=0) as raw, open(ours, "rb", buffering=0):
        monkeypatch.setattr(sys, "stderr", PlainStream(raw, "utf-8", ""))
        with Telling() as telling:
            for seconds, accesses in ((0.1, 1), (0.6, 12_345), (0.7, 5), (1.2, 9)):
                now[0] = 100 + seconds
                telling.say(progress_line(Progress(seconds, accesses, 0, 10**6)))
        shown = b""
        while select.select([ours], [], [], 0.2)[0]:
            shown += os.read(ours, 1000)
    first = "1 s: 12,345 accesses, 0 lost, 1.0 MB"
    second = "1 s: 9 accesses, 0 lost, 1.0 MB".ljust(len(first))
    assert shown.decode().split("\r") == ["", first, second, " " * len(second.rstrip()), ""]


def test_progress_in_a_file_is_a_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with Telling() as telling:
        for seconds in range(25):
            now[0] = 100.0 + seconds
            telling.say(progress_line(Progress(seconds, 7, 1, 0)))
    assert capsys.readouterr().err.splitlines() == [
        "10 s: 7 accesses, 1 lost, 0.0 MB",
        "20 s: 7 accesses, 1 lost, 0.0 MB",
    ]


def test_no_file_is_replaced_unasked(tmp_path: Path) -> None:
    path = recorded(tmp_path / "a.parquet", 5)
    assert refusal("record", "-o", path) == (
        f"lightexit: {path} is there already\n"
        "  expected: the name of a new file\n"
        "  help: --force replaces it\n"
    )
    assert len(Recording.open(path)) == 5


def test_an_unfinished_recording_is_finished(tmp_path: Path) -> None:
    path, parts = tmp_path / "a.parquet", tmp_path / "a.parquet.parts"
    killed = RecordingWriter(path, ABOUT, find_vm, rows=10)
    killed.add(accesses(35))
    said = refusal("record", "-o", path)
    hint = next(line for line in said.splitlines() if line.startswith("  try: lightexit "))
    done = lightexit(*hint.removeprefix("  try: lightexit ").split())
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{path}: 30 accesses in ")
    assert [*tmp_path.iterdir()] == [path]
    assert not parts.exists()
    document = json.loads(lightexit("report", "--json", path).stdout)
    assert document["accesses"] == 30
