# SPDX-License-Identifier: Apache-2.0
"""Files that a command line names and that are none to read or write: told at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.forked import refusal
from cli.test_commands import COUNTER


def test_a_device_as_firmware() -> None:
    assert refusal("run", "--firmware", "/dev/zero") == (
        "lightexit: /dev/zero is a character device\n  expected: a regular file: a firmware image\n"
    )


def test_a_kernel_larger_than_the_guests_memory(tmp_path: Path) -> None:
    with (tmp_path / "kernel").open("wb") as file:
        file.truncate(1 << 40)
    assert refusal("run", "--kernel", tmp_path / "kernel", "--memory", "16") == (
        f"lightexit: {tmp_path}/kernel has 1,099,511,627,776 bytes\n"
        "  expected: a Linux bzImage, a Multiboot kernel, an ELF executable, or flat 32-bit code, "
        "at most 16,777,216 bytes\n"
        "  help: more memory for the guest: --memory MIB\n"
    )


def test_a_kernel_that_is_not_there(tmp_path: Path) -> None:
    assert refusal("run", "--kernel", tmp_path / "kernel") == (
        f"lightexit: {tmp_path}/kernel: no such file or directory\n"
        "  expected: a Linux bzImage, a Multiboot kernel, an ELF executable, or flat 32-bit code\n"
    )


@pytest.mark.parametrize("name", ["f.o", "f.s", "f.py"])
def test_a_fifo_that_nobody_writes_into(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    assert refusal("verify", tmp_path / name).startswith(
        f"lightexit: {tmp_path / name} is a FIFO or pipe\n  expected: a regular file: "
    )


def test_figures_into_a_missing_folder_are_refused_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "forever").write_bytes(bytes.fromhex("ebfe"))
    said = refusal("run", "--kernel", tmp_path / "forever", "--json", tmp_path / "none" / "file")
    assert said == (
        f"lightexit: {tmp_path}/none/file: there is no folder {tmp_path}/none\n"
        "  expected: a file in a folder that is there\n"
        f"  try: mkdir -p {tmp_path}/none\n"
    )


def test_bytecode_into_a_folder_is_refused_before_it_is_compiled(tmp_path: Path) -> None:
    said = refusal("compile", f"{COUNTER}:none", "--output", tmp_path)
    assert said == f"lightexit: {tmp_path} is a folder\n  expected: the name of a file to write\n"


def test_a_number_of_thousands_of_digits(tmp_path: Path) -> None:
    (tmp_path / "f.s").write_text(f"r0 = 0x{'1' * 5000}\nexit\n")
    said = refusal("asm", tmp_path / "f.s")
    assert said.startswith(f"lightexit: {tmp_path}/f.s:1:6: a number of 5002 characters\n")
    assert said.endswith("\n  expected: -2147483648 to 2147483647\n")
    assert len(said) < 1000


def test_raw_bytes_without_end(tmp_path: Path) -> None:
    (tmp_path / "code.bin").write_bytes(bytes(524_289))
    assert refusal("disasm", tmp_path / "code.bin") == (
        f"lightexit: {tmp_path}/code.bin has 524,289 bytes, and is no ELF file\n"
        "  expected: raw bytecode, at most 524,288 bytes\n"
    )
