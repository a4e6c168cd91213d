# SPDX-License-Identifier: Apache-2.0
"""The crate lightexit: its own tests, its lints, its package, and what its sources promise."""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from build.built import of_filters
from doorbell.filter import notify
from lightexit.build.outputs import outputs
from lightexit.engine.native.target import object_triple
from loader.daemon import running
from rust.cargo import BINDINGS, CRATES, MISSING, ROOT, cargo, passed, target

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

SOURCES = sorted(each for crate in CRATES for each in (BINDINGS / crate).glob("*/**/*.rs"))


def results(said: str) -> list[int]:
    """How many tests have passed, of each program."""
    return [int(number) for number in re.findall(r"^test result: ok\. (\d+) passed", said, re.M)]


def test_it_keeps_its_promises() -> None:
    found = results(passed("test", "--offline", "-p", "lightexit", "--tests"))
    assert len(found) == 5
    assert sum(found) >= 26


@pytest.mark.long
def test_examples_compile_and_what_must_not_does_not() -> None:
    said = passed("test", "--offline", "-p", "lightexit", "--doc")
    assert sum(results(said)) >= 17
    assert said.count("- compile fail ... ok") >= 10


@pytest.mark.long
def test_what_must_not_compile_fails_for_its_reason() -> None:
    """Only the nightly compiler compares the codes of the errors."""
    if cargo("+nightly", "--version").returncode:
        pytest.skip("there is no nightly toolchain")
    passed("+nightly", "test", "--offline", "--doc", "-p", "lightexit")


@pytest.mark.long
def test_valgrind_finds_nothing() -> None:
    """Neither in the crate nor in the library; the harness of Rust's tests leaks on its own."""
    if shutil.which("valgrind") is None:
        pytest.skip("valgrind is not installed")
    said = passed("test", "--offline", "-p", "lightexit", "--tests", "--no-run")
    programs = re.findall(r"tests/\w+\.rs \(([^)]+)\)", said)
    assert len(programs) == 4
    for program in programs:
        command = ["valgrind", "-q", "--error-exitcode=1", "--leak-check=full"]
        kinds = ["--show-leak-kinds=definite", "--errors-for-leak-kinds=definite"]
        done = subprocess.run(
            [*command, *kinds, program, "--test-threads", "1"],
            cwd=BINDINGS,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
def test_a_loader_gives_what_states_and_clock_need() -> None:
    made = outputs(of_filters(notify), object_triple(None)).contents
    words = ("--offline", "-p", "lightexit", "--test", "loader", "--", "--nocapture")
    with running({"notify": made["notify.bpf.o"]}) as loader:
        assert "\nseen\n" in passed("test", *words, LIGHTEXIT_TEST_LOADER=loader.socket)


@pytest.mark.long
def test_clippy_says_nothing() -> None:
    if cargo("clippy", "--version").returncode:
        pytest.skip("clippy is not installed")
    passed("clippy", "--offline", "--all-targets", "--", "-D", "warnings")


@pytest.mark.long
def test_clippy_says_nothing_of_the_benchmark() -> None:
    if cargo("clippy", "--version").returncode:
        pytest.skip("clippy is not installed")
    folder = ROOT / "bench/rust_loops"
    passed("clippy", "--offline", "--", "-D", "warnings", folder=folder)
    passed("fmt", "--check", folder=folder)


@pytest.mark.long
def test_rustdoc_says_nothing() -> None:
    passed("doc", "--offline", "--no-deps", RUSTDOCFLAGS="-D warnings")


@pytest.mark.long
def test_packages_hold_all_that_they_need() -> None:
    """cargo builds each of what is in it; the second one on the first, which it unpacks at home."""
    home = str(target() / "home")
    passed("package", "--offline", "--allow-dirty", "--workspace", CARGO_HOME=home)
    for crate in CRATES:
        (made,) = (target() / "package").glob(f"{crate}-[0-9]*.crate")
        with tarfile.open(made) as archive:
            names = {str(Path(*Path(each).parts[1:])) for each in archive.getnames()}
        assert {"LICENSE-APACHE", "LICENSE-GPL", "README.md", "src/lib.rs"} <= names
        if crate == "lightexit-sys":
            library = {f"c/src/{each.name}" for each in (ROOT / "lib/src").glob("*.[ch]")}
            assert library < names


def test_no_other_crate_is_needed() -> None:
    text = (BINDINGS / "Cargo.lock").read_text("utf-8")
    assert set(re.findall(r'^name = "(.*)"$', text, re.M)) == set(CRATES)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(BINDINGS)))
def test_files_are_short_and_state_their_licence(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert lines[0] == "// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later"
    assert len(lines) < 400


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(BINDINGS)))
def test_every_unsafe_block_and_impl_has_its_reason(path: Path) -> None:
    """Clippy sees to blocks in what it compiles; this to all, and that no reason is empty."""
    if path.name == "refused.rs":
        return
    lines = path.read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        if re.search(r"\bunsafe (?:\{|impl\b)", line.split("//")[0]):
            above = lines[max(number - 3, 0) : number]
            assert any(re.search(r"// SAFETY: \S+ \S+", each) for each in above), (path, number + 1)
