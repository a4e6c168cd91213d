# SPDX-License-Identifier: Apache-2.0
"""The cache gives back what was put, or nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lightexit.cache import Cache, content_key, default_root
from lightexit.cache.sources import sources_version

KEY = content_key("a program")
OTHER = content_key("another program")


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def test_gives_back_what_was_put(cache: Cache) -> None:
    assert cache.get("code", KEY) is None
    cache.put("code", KEY, b"\x95\0\0\0")
    assert cache.get("code", KEY) == b"\x95\0\0\0"
    assert cache.get("native", KEY) is None
    assert cache.get("code", OTHER) is None


def test_a_second_put_replaces(cache: Cache) -> None:
    cache.put("code", KEY, b"old")
    cache.put("code", KEY, b"")
    assert cache.get("code", KEY) == b""


def _truncate(data: bytes) -> bytes:
    return data[:-1]


def _cut_into_digest(data: bytes) -> bytes:
    return data[:10]


def _empty(data: bytes) -> bytes:
    return b""


def _flip(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def _append(data: bytes) -> bytes:
    return data + b"\0"


@pytest.mark.parametrize("damage", [_truncate, _cut_into_digest, _empty, _flip, _append])
def test_a_damaged_entry_is_never_used_and_can_be_rewritten(
    cache: Cache, damage: Callable[[bytes], bytes]
) -> None:
    cache.put("code", KEY, b"some code")
    path = cache.entries()[0].path
    path.write_bytes(damage(path.read_bytes()))
    assert cache.get("code", KEY) is None
    cache.put("code", KEY, b"some code")
    assert cache.get("code", KEY) == b"some code"


def test_an_entry_under_another_name_is_not_that_entry(cache: Cache) -> None:
    cache.put("code", KEY, b"some code")
    cache.put("code", OTHER, b"other code")
    os.replace(cache.root / "code" / KEY, cache.root / "code" / OTHER)
    assert cache.get("code", OTHER) is None


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no file modes on this system")
@pytest.mark.parametrize("umask", [0, 0o002, 0o022, 0o077])
def test_other_users_can_neither_write_nor_read_an_entry(cache: Cache, umask: int) -> None:
    before = os.umask(umask)
    try:
        cache.put("code", KEY, b"some code")
    finally:
        os.umask(before)
    path = cache.entries()[0].path
    modes = [place.stat().st_mode & 0o777 for place in (path, path.parent, cache.root)]
    assert modes == [0o600, 0o700, 0o700]
    assert cache.get("code", KEY) == b"some code"


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no file modes on this system")
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_what_others_could_have_written_is_not_used(cache: Cache, mode: int) -> None:
    cache.put("code", KEY, b"some code")
    cache.entries()[0].path.chmod(mode)
    assert cache.get("code", KEY) is None


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() != 0, reason="only root gives files away")
def test_files_of_other_users_are_not_used(cache: Cache) -> None:
    cache.put("code", KEY, b"some code")
    os.chown(cache.entries()[0].path, 12_345, -1)
    assert cache.get("code", KEY) is None
    cache.put("code", KEY, b"some code")
    assert cache.get("code", KEY) == b"some code"


def test_lists_and_clears(cache: Cache) -> None:
    cache.put("code", KEY, b"12345678")
    cache.put("native", OTHER, b"")
    assert {(entry.kind, entry.key, entry.size) for entry in cache.entries()} == {
        ("code", KEY, 56),
        ("native", OTHER, 48),
    }
    assert cache.clear() == 2
    assert cache.entries() == []
    assert cache.get("code", KEY) is None


def test_drops_the_longest_unused_when_too_large(tmp_path: Path) -> None:
    cache = Cache(tmp_path, limit=3 * 148)
    keys = [content_key(str(number)) for number in range(4)]
    for age, key in zip((30, 40, 20), keys, strict=False):
        cache.put("code", key, bytes(100))
        os.utime(tmp_path / "code" / key, (age, age))
    assert cache.get("code", keys[2]) is not None
    cache.put("code", keys[3], bytes(100))
    kept = [key for key in keys if cache.get("code", key) is not None]
    assert kept == keys[1:]


def test_an_entry_larger_than_the_limit_is_still_kept(tmp_path: Path) -> None:
    cache = Cache(tmp_path, limit=10)
    cache.put("code", KEY, bytes(100))
    assert cache.get("code", KEY) == bytes(100)


def test_a_disk_that_refuses_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = Cache(tmp_path / "file" / "cache")
    cache.put("code", KEY, b"some code")
    assert cache.get("code", KEY) is None
    assert cache.entries() == []


def test_a_put_that_fails_half_way_leaves_no_file(cache: Cache) -> None:
    (cache.root / "code" / KEY).mkdir(parents=True)
    cache.root.chmod(0o700)
    cache.put("code", KEY, b"some code")
    assert [path.name for path in (cache.root / "code").iterdir()] == [KEY]


def test_concurrent_writers_and_readers_see_whole_entries(cache: Cache) -> None:
    values = [bytes([number]) * 20_000 for number in range(8)]

    def work(value: bytes) -> bool:
        seen = True
        for _ in range(20):
            cache.put("code", KEY, value)
            seen = seen and cache.get("code", KEY) in values
        return seen

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, values))
    assert len(cache.entries()) == 1


def test_keys_do_not_run_into_one_another() -> None:
    assert content_key("ab", "c") != content_key("a", "bc")
    assert content_key("ab") == content_key(b"ab")


@pytest.mark.parametrize(("kind", "key"), [("..", KEY), ("code", "../x"), ("", KEY), ("code", "")])
def test_a_name_cannot_leave_the_folder(cache: Cache, kind: str, key: str) -> None:
    with pytest.raises(ValueError, match="not a cache kind and key"):
        cache.put(kind, key, b"")


def test_the_place_is_that_of_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_root() == tmp_path / "lightexit"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    assert default_root() == Path.home() / ".cache" / "lightexit"


@pytest.mark.parametrize("name", ["pass.py", "pass.pyc", "stage/pass.py"])
def test_another_module_is_another_version(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("old")
    os.utime(file, ns=(1, 1))
    before = sources_version(str(tmp_path))
    assert sources_version(str(tmp_path)) == before
    file.write_text("new")
    os.utime(file, ns=(1, 1))
    assert sources_version(str(tmp_path)) != before


def test_what_python_keeps_of_modules_is_not_part_of_the_version(tmp_path: Path) -> None:
    before = sources_version(str(tmp_path))
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "pass.pyc").write_text("compiled")
    assert sources_version(str(tmp_path)) == before


def test_without_files_no_version_is_ever_met_again(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    assert sources_version(gone) != sources_version(gone)
