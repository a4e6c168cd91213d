# SPDX-License-Identifier: Apache-2.0
"""How examples/vmm-c is built: of what is installed, without a warning; how long its files are."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from vmm_c.built import EXAMPLE, STRICT, Vmm, build, make, require, vmm


def test_it_is_built_without_python_and_checkout(tmp_path: Path) -> None:
    """Of a copy, an installed liblightexit, and the folder that `lightexit build` has written."""
    plain = vmm()
    copy = tmp_path / "copy"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("build"))
    shutil.copytree(plain.folder / "filters", copy / "build/filters")
    make(copy, plain.packages, "LIGHTEXIT=false")
    built = Vmm(copy / "build")
    assert built.run(built.guest("long")) == plain.run(plain.guest("long"))


def test_without_filters_it_says_what_fails(tmp_path: Path) -> None:
    path = build().packages
    with pytest.raises(AssertionError, match="no-lightexit-here"):
        make(EXAMPLE, path, f"BUILD={tmp_path}/out", "LIGHTEXIT=no-lightexit-here")
    assert not list((tmp_path / "out").glob("*.o"))


def compiled(folder: Path, *arguments: str) -> None:
    """Compile the VMM anew, for the filters that there are; a warning is an error."""
    filters = f"FILTERS={build().folder / 'filters'}"
    make(EXAMPLE, build().packages, f"BUILD={folder}/out", filters, *arguments)


@pytest.mark.long
def test_gcc_compiles_it_without_libbpf_and_without_a_warning(tmp_path: Path) -> None:
    """With libbpf, where there is one, `build` has compiled it so."""
    require()
    compiled(tmp_path, f"CFLAGS=-O2 {STRICT}", "LIBBPF=no")


@pytest.mark.long
def test_clang_compiles_it_without_a_warning(tmp_path: Path) -> None:
    """Its warnings are those of its front end, which need no optimiser."""
    require()
    if shutil.which("clang") is None:
        pytest.skip("clang is not installed")
    compiled(tmp_path, f"CFLAGS=-O0 {STRICT}", "CC=clang")


def test_functions_and_files_are_short() -> None:
    for path in EXAMPLE.glob("*.[ch]"):
        lines = path.read_text("utf-8").splitlines()
        assert len(lines) < 400, path
        begin = 0
        for number, line in enumerate(lines):
            if line == "{":
                begin = number
            assert line != "}" or number - begin < 40, f"{path}:{begin}"
            assert len(line.expandtabs(8)) <= 100, f"{path}:{number + 1}"
