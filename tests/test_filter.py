# SPDX-License-Identifier: Apache-2.0
"""A filter's program and proof come from the cache where nothing has changed, and only there."""

from __future__ import annotations

import importlib
import linecache
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bench.lines import filters
from compiler.authoring import HEADER, module
from lightexit import filter as filter_module
from lightexit.cache import Cache
from lightexit.compiler.caching import version as compiler_version
from lightexit.compiler.source import text
from lightexit.errors import AuthorError
from lightexit.filter import Filter
from lightexit.verifier import Report, verify
from lightexit.verifier import stored as stored_module
from lightexit.verifier.stored import KIND, pack, unpack

SOURCE = """\
@io_filter
def f(ctx: IoContext, s: State) -> Verdict:
    if ctx.is_write:
        return Verdict.PASS
    ctx.data = u64(s.base + PERIOD)
    return Verdict.HANDLED
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cache:
    """Where the filters of these tests keep things."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return Cache()


def author(source: str = SOURCE, **names: Any) -> Filter[Any]:
    """The filter in a module of that text, in which these names stand for something else."""
    found: dict[str, Any] = module(source, "filter.py")
    found |= names
    each = found["f"]
    assert isinstance(each, Filter)
    return each


def kinds(cache: Cache) -> list[str]:
    """Of all entries but the names in files, of which other tests may have read some."""
    return sorted(entry.kind for entry in cache.entries() if entry.kind != "names")


@pytest.fixture
def no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever compiles or proves something fails."""

    def refuse(*arguments: object) -> None:
        pytest.fail(f"not from the cache: {arguments}")

    monkeypatch.setattr("lightexit.filter.compile_filter", refuse)
    monkeypatch.setattr("lightexit.diagnosis.verify", refuse)


def test_a_proof_is_kept_with_its_program(cache: Cache, request: pytest.FixtureRequest) -> None:
    first = author()
    assert first.report.accepted
    assert kinds(cache) == ["bytecode", "proof"]
    request.getfixturevalue("no_compiler")
    second = author()
    assert second.report == first.report
    assert second.program == first.program
    assert second.program is second.report.program


def test_a_program_alone_is_no_proof(cache: Cache) -> None:
    assert author().program.name == "f"
    assert kinds(cache) == ["bytecode"]


def test_a_change_is_a_miss(cache: Cache) -> None:
    codes = {author(PERIOD=period).report.program.code for period in (1, 2, 3)}
    assert len(codes) == 3
    assert kinds(cache).count(KIND) == 3
    assert {author(PERIOD=period).report.program.code for period in (1, 2, 3)} == codes
    assert kinds(cache).count(KIND) == 3


def test_another_lightexit_is_a_miss(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    assert author().report.accepted
    monkeypatch.setattr(filter_module, "OWN_VERSION", "another")
    assert author().report.accepted
    assert kinds(cache).count(KIND) == 2


@pytest.mark.parametrize("makers", [compiler_version.MAKERS, stored_module.MAKERS])
def test_all_that_makes_entries_is_part_of_the_version(makers: tuple[str, ...]) -> None:
    here = Path(filter_module.__file__).parent
    assert all((here / each / "__init__.py").exists() for each in makers)


@pytest.mark.parametrize("damage", [b"", b"{}", b"x" * 400])
def test_a_damaged_entry_is_proved_anew(cache: Cache, damage: bytes) -> None:
    report = author().report
    for entry in cache.entries():
        entry.path.write_bytes(damage)
    assert author().report == report
    (entry,) = (entry for entry in cache.entries() if entry.kind == KIND)
    assert cache.get(KIND, entry.key) == pack(report)


def test_a_truncated_entry_is_proved_anew(cache: Cache) -> None:
    report = author().report
    (entry,) = (entry for entry in cache.entries() if entry.kind == KIND)
    entry.path.write_bytes(entry.path.read_bytes()[:-1])
    assert cache.get(KIND, entry.key) is None
    assert author().report == report
    assert cache.get(KIND, entry.key) is not None


def test_a_source_that_changes_under_the_compiler_is_not_kept(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    each = author(PERIOD=1)
    monkeypatch.setitem(each.function.__globals__, "PERIOD", 2)
    key = filter_module._key_of(each.function)
    monkeypatch.setitem(each.function.__globals__, "PERIOD", 1)
    assert each._kept is None
    monkeypatch.setitem(each.function.__globals__, "PERIOD", 2)
    assert each.report.accepted
    assert key != each.source_key
    assert KIND not in kinds(cache)


HELPED = """\
@inline
def helper() -> u32:
    return 1

@io_filter
def f(ctx: IoContext, s: State) -> Verdict:
    ctx.data = helper()
    return Verdict.HANDLED
"""


@pytest.mark.parametrize("changed", ["return 2", "return 1 + 1"])
def test_a_module_that_is_loaded_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    """Its source is what stands there now, not what was read before."""
    file = tmp_path / "reloaded.py"
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    codes: list[bytes] = []
    for text_ in (HELPED, HELPED.replace("return 1", changed)):
        file.write_text(HEADER + text_)
        os.utime(file, (len(codes), len(codes)))
        found = sys.modules.get("reloaded")
        found = importlib.reload(found) if found else importlib.import_module("reloaded")
        assert linecache.getline(str(file), 4) == text_.splitlines(keepends=True)[2]
        codes.append(found.f.report.program.code)
    del sys.modules["reloaded"]
    expected = author(HELPED.replace("return 1", changed)).program.code
    assert codes[1] == expected != codes[0]


def test_a_refusal_is_not_kept(cache: Cache) -> None:
    source = SOURCE.replace("    ctx.data = u64(s.base + PERIOD)\n", "    s.base = 1\n")
    for _ in range(2):
        with pytest.raises(AuthorError, match=r"ctx\.data"):
            _ = author(source).report
    assert KIND not in kinds(cache)
    with pytest.raises(ValueError, match="only what any host would accept"):
        pack(verify(author(source).program))


def test_no_engine_sees_what_is_refused() -> None:
    class Engine:
        name, in_kernel = "none", False

        def load(self, program: object) -> Any:
            pytest.fail(f"{program} is not proved")

    source = SOURCE.replace("    ctx.data = u64(s.base + PERIOD)\n", "    s.base = 1\n")
    with pytest.raises(AuthorError, match=r"ctx\.data"):
        author(source).load(Engine())


def test_concurrent_first_uses_agree(cache: Cache) -> None:
    with ThreadPoolExecutor(8) as pool:
        reports = list(pool.map(lambda _: author().report, range(16)))
    assert all(report == reports[0] for report in reports)
    assert kinds(cache) == ["bytecode", "proof"]


@pytest.mark.parametrize("each", list(filters()), ids=lambda each: each.function.__module__)
def test_packing_loses_nothing(each: Filter[Any]) -> None:
    report = verify(each.program).accepted_or_raise()
    kept = unpack(pack(report))
    assert kept == report
    assert kept.text() == report.text()
    assert kept.to_json() == report.to_json()
    assert str(kept.exceeds(lines=0, doorbells=0)) == str(report.exceeds(lines=0, doorbells=0))
    assert kept.invariants.keys() == report.invariants.keys()


def test_places_in_the_source_survive(cache: Cache) -> None:
    source = "@io_filter\ndef f(ctx: IoContext) -> Verdict:\n    ctx.pulsed_lines = 4\n"
    source += "    ctx.data = 0\n    return Verdict.HANDLED\n"

    def refusal() -> str:
        report: Report = author(source).report
        return str(report.exceeds(lines=1, doorbells=0))

    first = refusal()
    assert "    ctx.pulsed_lines = 4\n    ^" in first
    text._parsed.clear()
    assert refusal() == first


def test_a_warm_start_loads_neither_compiler_nor_verifier(tmp_path: Path) -> None:
    script = (
        "import sys; from lightexit.devices.pit import read_or_latch\n"
        "from lightexit.engine.native import NativeEngine\n"
        "read_or_latch.load(NativeEngine())\n"
        "heavy = ('llvmlite', 'lightexit.compiler.syntax.infer', 'lightexit.compiler.typed.tree',"
        " 'lightexit.verifier.analysis', 'lightexit.engine.native.translate')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    source = Path(__file__).parents[1] / "src"
    environment = os.environ | {"PYTHONPATH": str(source), "XDG_CACHE_HOME": str(tmp_path)}
    answers = [
        subprocess.run(
            [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, check=True
        ).stdout.strip()
        for _ in range(2)
    ]
    assert b"llvmlite" in answers[0]
    assert answers[1] == b"[]"
