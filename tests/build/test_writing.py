# SPDX-License-Identifier: Apache-2.0
"""All files or none, and no file that is not whole."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from lightexit.build.writing import check_folder, write_files
from lightexit.errors import AuthorError, HostError, LightexitError

FILES = {"a.o": b"new a", "a.h": b"new header", "b.o": b"new b"}


def contents(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def full(monkeypatch: pytest.MonkeyPatch, name: str, error: int = errno.ENOSPC) -> None:
    """The disk is full as soon as a file of that name is written."""
    write = Path.write_bytes

    def fail(self: Path, data: bytes) -> int:
        if self.name == name:
            write(self, data[:1])
            raise OSError(error, "No space left on device")
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", fail)


def test_a_new_folder(tmp_path: Path) -> None:
    write_files(tmp_path / "new", FILES)
    assert contents(tmp_path / "new") == FILES
    assert (tmp_path / "new" / "a.o").stat().st_mode & 0o444
    assert [each.name for each in tmp_path.iterdir()] == ["new"]


def test_files_are_replaced_and_others_stay(tmp_path: Path) -> None:
    (tmp_path / "a.o").write_bytes(b"old")
    (tmp_path / "other").write_bytes(b"other")
    write_files(tmp_path, FILES)
    assert contents(tmp_path) == {**FILES, "other": b"other"}


@pytest.mark.parametrize("name", FILES)
def test_on_a_full_disk_nothing_changes(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = {"a.o": b"old a", "b.o": b"old b"}
    write_files(tmp_path / "there", old)
    full(monkeypatch, name)
    for folder in ("there", "new"):
        with pytest.raises(HostError) as refused:
            write_files(tmp_path / folder, FILES)
        assert str(refused.value) == (
            f"{tmp_path / folder}: no space left on device\n"
            "  expected: a disk with room for these files"
        )
    assert contents(tmp_path / "there") == old
    assert not (tmp_path / "new").exists()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(AuthorError):
            write_files(folder, FILES)
    with pytest.raises(AuthorError, match="file is no folder"):
        check_folder(tmp_path / "file")
    assert contents(tmp_path) == {"file": b"old"}


def test_a_broken_link_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(AuthorError, match="link is no folder"):
        check_folder(tmp_path / "link")


def test_a_folder_in_the_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "b.o").mkdir()
    with pytest.raises(AuthorError, match=r"b\.o is a folder"):
        write_files(tmp_path, FILES)
    assert [each.name for each in tmp_path.iterdir()] == ["b.o"]


def test_the_hint_makes_the_folder_above(tmp_path: Path) -> None:
    folder = tmp_path / "one" / "two"
    with pytest.raises(AuthorError) as refused:
        check_folder(folder)
    assert refused.value.hint == f"mkdir -p {tmp_path / 'one'}"
    Path(refused.value.hint.removeprefix("mkdir -p ")).mkdir(parents=True)
    write_files(folder, FILES)
    assert contents(folder) == FILES


def test_an_impossible_name(tmp_path: Path) -> None:
    with pytest.raises(LightexitError, match="file name too long"):
        write_files(tmp_path / ("long" * 100), FILES)
