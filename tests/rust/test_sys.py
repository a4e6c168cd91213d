# SPDX-License-Identifier: Apache-2.0
"""The crate lightexit-sys: it declares what the headers do, and finds or builds the library."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from rust.cargo import BINDINGS, MISSING, ROOT, cargo, environment, passed
from vmm_c.built import installed, require

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

HEADERS = (ROOT / "lib/include/liblightexit.h", ROOT / "kernel/uapi/lightexit.h")
DECLARED = (BINDINGS / "lightexit-sys/src/lib.rs").read_text("utf-8")
#: Commands of the kernel module, which the library gives.
NOT_DECLARED = {"LIGHTEXIT_COMMAND_VERSION", "LIGHTEXIT_COMMAND_ATTACH"}


def in_c() -> str:
    """The headers without comments and without what is for BPF only."""
    text = "\n".join(path.read_text("utf-8") for path in HEADERS)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"#ifdef __bpf__\n#define.*?#endif", "", text, flags=re.DOTALL)


def test_all_functions_are_declared_with_as_many_arguments() -> None:
    c = {
        name: 0 if arguments == "void" else arguments.count(",") + 1
        for name, arguments in re.findall(r"\b(lightexit_\w+)\(([^)]*)\);", in_c())
    }
    rust = {
        name: len(re.findall(r"\w+: ", arguments))
        for name, arguments in re.findall(r"pub fn (lightexit_\w+)\(([^)]*)\)", DECLARED)
    }
    assert len(c) > 30
    assert rust == c


def test_all_numbers_are_declared() -> None:
    names = set(re.findall(r"\b(LIGHTEXIT_[A-Z_]+) = ", in_c()))
    assert len(names) > 30
    missing = {name for name in names if f"pub const {name}: " not in DECLARED}
    assert missing == NOT_DECLARED


def test_a_c_compiler_agrees_with_all_layouts() -> None:
    said = passed("test", "--offline", "-p", "lightexit-sys")
    assert "test layouts_and_numbers_are_those_of_the_headers ... ok" in said
    assert "test a_wrong_number_is_found ... ok" in said


def linked(script: Path, **more: str) -> list[str]:
    """What the crate's build script tells cargo to link with, run by itself."""
    folder = script.parent / "out"
    folder.mkdir(exist_ok=True)
    names = {"OUT_DIR": str(folder), "LIGHTEXIT_SYS_BUNDLED": "0", **more}
    done = subprocess.run(
        [str(script)],
        cwd=BINDINGS / "lightexit-sys",
        env=environment(**names),
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    found = [line.removeprefix("cargo:rustc-link-") for line in lines if "rustc-link" in line]
    return found if done.returncode == 0 else [*found, done.stderr.strip()]


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The build script as a program."""
    built = tmp_path_factory.mktemp("script") / "build"
    source = BINDINGS / "lightexit-sys/build.rs"
    subprocess.run(["rustc", "--edition", "2021", source, "-o", built], check=True)
    return built


@pytest.mark.long
def test_an_installed_library_is_linked_with(script: Path, tmp_path: Path) -> None:
    require()
    path = installed(tmp_path / "opt", "CFLAGS=-O0").removeprefix("PKG_CONFIG_PATH=")
    folder = f"search=native={tmp_path}/opt/lib"
    assert linked(script, PKG_CONFIG_PATH=path) == [folder, "lib=dylib=lightexit"]
    static = linked(script, PKG_CONFIG_PATH=path, LIGHTEXIT_SYS_STATIC="1")
    assert static == [folder, "lib=static=lightexit"]
    bundled = linked(script, PKG_CONFIG_PATH=path, LIGHTEXIT_SYS_BUNDLED="1")
    assert bundled == [f"search=native={script.parent}/out", "lib=static=lightexit"]


@pytest.mark.long
@pytest.mark.parametrize("version", ["0.9", "2.0"])
def test_an_installed_library_of_another_abi_is_not(
    script: Path, tmp_path: Path, version: str
) -> None:
    require()
    (tmp_path / "liblightexit.pc").write_text(
        f"Name: liblightexit\nDescription: x\nVersion: {version}\nLibs: -L/nowhere -llightexit\n"
    )
    built = linked(script, PKG_CONFIG_PATH=str(tmp_path), PKG_CONFIG_LIBDIR=str(tmp_path))
    assert built == [f"search=native={script.parent}/out", "lib=static=lightexit"]


def test_without_a_compiler_it_says_what_to_install(script: Path) -> None:
    said = linked(script, PKG_CONFIG="no-pkg-config", CC="no-cc")
    assert said == [
        "lightexit-sys: no-cc cannot be run: No such file or directory (os error 2): install a C "
        "compiler, or liblightexit where pkg-config finds it"
    ]
    assert linked(script, PKG_CONFIG="no-pkg-config", AR="false") == [
        "lightexit-sys: false failed (exit status: 1), what it said is above"
    ]


def test_the_style_is_that_of_rustfmt() -> None:
    if cargo("fmt", "--version").returncode:
        pytest.skip("rustfmt is not installed")
    passed("fmt", "--check")
