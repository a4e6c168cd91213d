# SPDX-License-Identifier: Apache-2.0
"""What a source tells is recorded until something ends it; recordings are put together."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from lightexit.errors import AuthorError, HostError
from lightexit.trace.access import Batch
from lightexit.trace.recording import (
    FolderOwner,
    Processes,
    Progress,
    Recording,
    RecordingWriter,
    convert,
    record,
)
from recordings import ABOUT, accesses, find_vm
from recordings import record as recorded


class Script:
    """A source that tells accesses in batches, and loses some."""

    def __init__(self, *batches: Batch) -> None:
        self.left = [*batches]

    def read(self, timeout_s: float) -> Batch:
        return self.left.pop(0) if self.left else Batch(())

    def close(self) -> None:
        self.left.clear()


def test_all_that_a_source_tells_is_recorded(tmp_path: Path) -> None:
    every = (*accesses(300),)
    source = Script(Batch(every[:100]), Batch((), 5), Batch(every[100:], 2))
    told: list[Progress] = []
    with RecordingWriter(tmp_path / "a.parquet", ABOUT, find_vm) as writer:
        why = record(source, writer, lambda: "" if len(source.left) > 1 else "over", told.append)
    assert why == "over"
    assert [(each.accesses, each.lost) for each in told] == [(100, 0), (100, 5)]
    found = Recording.open(tmp_path / "a.parquet")
    assert (tuple(found.accesses()), found.about.lost) == (every, 7)


def test_a_source_that_fails_leaves_what_it_told(tmp_path: Path) -> None:
    class Failing(Script):
        def read(self, timeout_s: float) -> Batch:
            if not self.left:
                raise HostError("the kernel has had enough")
            return super().read(timeout_s)

    with (
        pytest.raises(HostError, match="had enough"),
        RecordingWriter(tmp_path / "a.parquet", ABOUT, find_vm) as writer,
    ):
        record(Failing(Batch((*accesses(10),))), writer, lambda: "")
    assert len(Recording.open(tmp_path / "a.parquet")) == 10


def test_processes_run_until_the_last_has_ended() -> None:
    command = [sys.executable, "-c", "input()"]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE) as one,
        subprocess.Popen(command, stdin=subprocess.PIPE) as other,
        Processes([one.pid, other.pid]) as processes,
    ):
        assert processes.run
        one.communicate(b"\n")
        assert processes.run
        other.communicate(b"\n")
        assert not processes.run
    with Processes([one.pid]) as processes:
        assert not processes.run


def test_recordings_are_put_together(tmp_path: Path) -> None:
    one = recorded(tmp_path / "1.parquet", 30, replace(ABOUT, host="a"), lost=1)
    other = recorded(tmp_path / "2.parquet", 20, replace(ABOUT, host="b"), pid=2, lost=2)
    made = convert([one, other], tmp_path / "c.parquet")
    found = Recording.open(made.path)
    assert (made.accesses, made.lost, len(found), found.about.lost) == (50, 3, 50, 3)
    assert [*found.accesses()] == [*accesses(30), *accesses(20, pid=2)]
    assert [vm.host for vm in found.vms()] == ["a", "b"]
    with pytest.raises(AuthorError, match="is there already"):
        convert([one], made.path)
    convert([one], made.path, force=True)
    assert len(Recording.open(made.path)) == 30


def test_an_unfinished_recording_is_finished(tmp_path: Path) -> None:
    path, parts = tmp_path / "a.parquet", tmp_path / "a.parquet.parts"
    killed = RecordingWriter(path, ABOUT, find_vm, rows=10)
    killed.add(accesses(35))
    assert convert([parts], path).accesses == 30
    assert [*Recording.open(path).accesses()] == [*accesses(30)]
    assert [*tmp_path.iterdir()] == [path]


def test_sources_that_are_none_leave_no_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x" * 100)
    with pytest.raises(AuthorError, match="is no Parquet file"):
        convert([recorded(tmp_path / "a.parquet", 5), tmp_path / "x"], tmp_path / "c.parquet")
    assert not (tmp_path / "c.parquet").exists()
    assert not (tmp_path / "c.parquet.tmp").exists()


def test_a_folder_of_ones_own_needs_no_other_owner(tmp_path: Path) -> None:
    FolderOwner(tmp_path).become()
    with pytest.raises(HostError, match="permission denied once rights are dropped"):
        FolderOwner(Path("/proc/self")).become()
