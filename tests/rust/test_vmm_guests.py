# SPDX-License-Identifier: Apache-2.0
"""Guests of examples/vmm-rust: all tests of the C VMM's guests, of the VMM in Rust."""

from __future__ import annotations

import pytest

from rust.cargo import cargo
from rust.vmm import EXAMPLE, build, vmm
from vmm_c.built import Vmm
from vmm_c.test_guests import (
    test_a_guest_prints_what_it_prints_on_the_machine_in_python,
    test_filters_answer_and_without_them_models_do,
    test_traffic_on_several_cpus,
    test_without_the_module_the_native_engine_runs_the_filters,
)

__all__ = [
    "test_a_guest_prints_what_it_prints_on_the_machine_in_python",
    "test_filters_answer_and_without_them_models_do",
    "test_traffic_on_several_cpus",
    "test_without_the_module_the_native_engine_runs_the_filters",
]


@pytest.fixture(scope="module")
def built() -> Vmm:
    return vmm()


def test_the_readme_shows_what_a_guest_prints(built: Vmm) -> None:
    text = (EXAMPLE / "README.md").read_text("utf-8")
    lines = built.run(built.guest("real")).output.splitlines()
    assert "".join(f"    {line}\n" for line in lines) in text


@pytest.mark.long
def test_clippy_and_rustfmt_say_nothing() -> None:
    filters = build().folder / "filters"
    if cargo("clippy", "--version").returncode or cargo("fmt", "--version").returncode:
        pytest.skip("clippy or rustfmt is not installed")
    lint = ("clippy", "--offline", "--", "-D", "warnings")
    for words in (lint, ("fmt", "--check")):
        done = cargo(*words, folder=EXAMPLE, FILTERS=str(filters))
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
def test_without_filters_it_says_what_to_do() -> None:
    build()
    done = cargo("build", "--offline", folder=EXAMPLE, LIGHTEXIT="no-lightexit-here")
    assert done.returncode != 0
    assert "no-lightexit-here build pit --rust: " in done.stderr
    assert "set FILTERS to a folder of its" in done.stderr


def test_files_are_short_and_state_their_licence() -> None:
    """Clippy sees to the length of functions."""
    for path in EXAMPLE.rglob("src/**/*.rs"):
        lines = path.read_text("utf-8").splitlines()
        assert lines[0] == "// SPDX-License-Identifier: Apache-2.0", path
        assert len(lines) < 400, path


@pytest.mark.long
def test_it_is_as_well_without_libbpf(built: Vmm) -> None:
    filters = str(built.folder / "filters")
    words = ("run", "-q", "--offline", "--", "--engine", "in-kernel", built.guest("real"))
    done = cargo(*words, folder=EXAMPLE, FILTERS=filters, LIBBPF="no")
    assert done.stdout == built.run(built.guest("real")).output
    assert done.stderr == (
        "vmm: this build is one without libbpf\nvmm: the native engine runs the filters\n"
    )
