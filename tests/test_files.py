# SPDX-License-Identifier: Apache-2.0
"""Files that a user names: what is read, what is refused, and in which words."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from lightexit.errors import AuthorError
from lightexit.files import check_writable, read_file


def refusal(path: Path, most: int = 100) -> str:
    with pytest.raises(AuthorError) as caught:
        read_file(path, "a firmware image", most)
    return str(caught.value).replace(str(path), "X")


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"a" * 100)
    assert read_file(tmp_path / "file", "anything", 100) == b"a" * 100


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (Path.mkdir, "a folder"),
        (os.mkfifo, "a FIFO or pipe"),
        (_socket, "a socket"),
        (lambda path: path.symlink_to("/dev/zero"), "a character device"),
    ],
)
def test_what_is_no_regular_file_is_not_read(
    make: Callable[[Path], None], kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    make(Path("made"))
    said = refusal(Path("made"))
    if kind == "a socket":  # open(2) refuses these by itself
        assert said == "X: no such device or address\n  expected: a firmware image"
        return
    advice = "\n  help: write its content into a file first" if "FIFO" in kind else ""
    assert said == f"X is {kind}\n  expected: a regular file: a firmware image{advice}"


def test_a_huge_sparse_file_is_refused_by_its_size(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 40)
    assert refusal(tmp_path / "sparse") == (
        "X has 1,099,511,627,776 bytes\n  expected: a firmware image, at most 100 bytes"
    )


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="no /proc")
def test_a_file_that_does_not_tell_its_size_is_read_no_further_than_allowed() -> None:
    assert refusal(Path("/proc/self/maps")) == (
        "X has more than 100 bytes\n  expected: a firmware image, at most 100 bytes"
    )


def test_a_missing_file() -> None:
    assert refusal(Path("none")) == "X: no such file or directory\n  expected: a firmware image"


def unwritable(path: Path) -> str:
    with pytest.raises(AuthorError) as caught:
        check_writable(path)
    return str(caught.value)


def test_where_results_may_go(tmp_path: Path) -> None:
    check_writable(tmp_path / "new")
    (tmp_path / "old").write_text("")
    check_writable(tmp_path / "old")
    check_writable(Path("/dev/null"))
    check_writable(Path("name"))


def test_where_results_may_not_go(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert unwritable(tmp_path) == (
        f"{tmp_path} is a folder\n  expected: the name of a file to write"
    )
    assert unwritable(tmp_path / "none" / "file") == (
        f"{tmp_path}/none/file: there is no folder {tmp_path}/none\n"
        "  expected: a file in a folder that is there\n"
        f"  try: mkdir -p {tmp_path}/none"
    )
    assert unwritable(tmp_path / "file" / "more").endswith(
        ": not a directory\n  expected: a file to write"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_leave_to_write(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "permission denied in" in unwritable(tmp_path / "file")
