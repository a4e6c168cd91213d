# SPDX-License-Identifier: Apache-2.0
"""`lightexit build`: what it writes, the same bytes each time; nothing where something fails."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lightexit.cli.app import app
from lightexit.errors import AuthorError

ROOT = Path(__file__).parents[2]
#: A filter that is no device's.
NOTIFY = ROOT / "examples/doorbell/src/doorbell/filter.py"
TWO = """
from lightexit.filter import IoContext, Struct, Verdict, io_filter, u8

class LampState(Struct):
    value: u8

@io_filter
def read_value(ctx: IoContext, state: LampState) -> Verdict:
    if ctx.is_write:
        return Verdict.PASS
    ctx.data = state.value
    return Verdict.HANDLED

@io_filter
def read_half(ctx: IoContext, state: LampState) -> Verdict:
    ctx.data = state.value / 2
    return Verdict.HANDLED
"""


def build(*words: str | Path) -> str:
    result = CliRunner().invoke(app, ["build", *map(str, words)])
    assert result.exit_code == 0, result.output
    return result.stdout


def refusal(*words: str | Path) -> str:
    result = CliRunner().invoke(app, ["build", *map(str, words)])
    assert isinstance(result.exception, AuthorError), result
    return str(result.exception)


def files(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in sorted(folder.iterdir())}


def test_filters_of_a_file(tmp_path: Path) -> None:
    said = build(NOTIFY, "-o", tmp_path / "out")
    made = files(tmp_path / "out")
    assert list(made) == ["notify.bpf.o", "notify.h", "notify.o"]
    for name, data in made.items():
        assert f"{tmp_path / 'out' / name}: {len(data)} bytes\n" in said


def test_the_bytecode_is_the_filters(tmp_path: Path) -> None:
    build(NOTIFY, "-o", tmp_path)
    reports = [
        CliRunner().invoke(app, ["verify", str(each)]).stdout.partition("\n")
        for each in (NOTIFY, tmp_path / "notify.bpf.o")
    ]
    assert reports[0] == reports[1]


def test_a_device(tmp_path: Path) -> None:
    build("pit", "-o", tmp_path)
    made = files(tmp_path)
    assert list(made) == [
        "pit.h",
        "pit_read_or_latch.bpf.o",
        "pit_read_or_latch.h",
        "pit_read_or_latch.o",
    ]
    assert not any(str(ROOT).encode() in data for data in made.values())
    assert b"#define PIT_REGION_0_BASE 0x40ull\n" in made["pit.h"]
    assert b"#define PIT_READ_OR_LATCH_READS_CLOCK 1\n" in made["pit_read_or_latch.h"]


def test_a_devices_file_is_the_device_but_for_its_place(tmp_path: Path) -> None:
    build("uart", "-o", tmp_path / "name")
    build(ROOT / "src/lightexit/devices/uart.py", "-o", tmp_path / "file")
    by_name, by_file = files(tmp_path / "name"), files(tmp_path / "file")
    assert by_name.pop("uart.h") != by_file.pop("uart.h")
    assert by_name == by_file


def test_modules_for_rust(tmp_path: Path) -> None:
    """Of a device one for all; of a filter that is no device's, or asked for alone, its own."""
    build("pit", "-o", tmp_path / "device", "--rust")
    build(NOTIFY, "-o", tmp_path / "file", "--rust")
    build("pit:read_or_latch", "-o", tmp_path / "filter", "--rust")
    found = {
        each.name: [name for name in files(each) if name.endswith(".rs")]
        for each in tmp_path.iterdir()
    }
    assert found == {
        "device": ["pit.rs"],
        "file": ["notify.rs"],
        "filter": ["pit_read_or_latch.rs"],
    }


def test_another_target(tmp_path: Path) -> None:
    build(NOTIFY, "-o", tmp_path, "--target", "aarch64-linux-gnu")
    assert struct.unpack_from("<H", files(tmp_path)["notify.o"], 18) == (183,)
    said = refusal(NOTIFY, "-o", tmp_path / "no", "--target", "m68k-linux-gnu")
    assert said.splitlines()[1].startswith("  expected: CPU-SYSTEM, such as aarch64-linux-gnu")
    assert not (tmp_path / "no").exists()


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    """In other folders, processes and orders of hashing, with nothing cached and with all."""
    found = []
    for number, folder in (("1", "one"), ("2", "two"), ("3", "two")):
        (tmp_path / folder).mkdir(exist_ok=True)
        shutil.copy(ROOT / "src/lightexit/devices/port61.py", tmp_path / folder)
        subprocess.run(
            [sys.executable, "-m", "lightexit", "build", "port61.py", "-o", "out"],
            cwd=tmp_path / folder,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT / "src"),
                "PYTHONHASHSEED": number,
                "XDG_CACHE_HOME": str(tmp_path / folder / "cache"),
            },
            check=True,
            stdout=subprocess.DEVNULL,
        )
        found.append(files(tmp_path / folder / "out"))
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 4
    assert not any(str(tmp_path).encode() in data for data in found[0].values())


def test_nothing_is_written_where_a_filter_does_not_compile(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "two.py", tmp_path / "out"
    source.write_text(TWO)
    out.mkdir()
    (out / "read_value.o").write_bytes(b"old")
    result = CliRunner().invoke(app, ["build", str(source), "-o", str(out)])
    assert "two.py:16:16: `/`, which makes a float" in result.output
    assert "1 of 2 filters not compiled or refused; nothing is written" in str(result.exception)
    assert files(out) == {"read_value.o": b"old"}
    build(f"{source}:read_value", "-o", out)
    assert list(files(out)) == ["read_value.bpf.o", "read_value.h", "read_value.o"]


def test_what_is_no_source(tmp_path: Path) -> None:
    (tmp_path / "none.py").write_text("x = 1\n")
    (tmp_path / "code.s").write_text("r0 = 0\nexit\n")
    out = tmp_path / "out"
    assert f"{tmp_path / 'none.py'} holds no filter" in refusal(tmp_path / "none.py", "-o", out)
    said = refusal(tmp_path / "code.s", "-o", out)
    assert "is not built: neither Python source nor an eBPF object" in said
    assert "expected: Python source (.py), an eBPF object (ELF), or the name of a device" in said
    assert "there is no device 'pti'" in refusal("pti", "-o", out)
    assert "try: pit" in refusal("pti", "-o", out)
    assert "nowhere.py: no such file" in refusal("nowhere.py", "-o", out)
    assert "pit holds no filter or device named latch" in refusal("pit:latch", "-o", out)
    assert not out.exists()


def test_the_folder_is_looked_at_first(tmp_path: Path) -> None:
    assert "test_build.py is no folder" in refusal("pit", "-o", __file__)
    said = refusal(tmp_path / "not imported.py", "-o", tmp_path / "a" / "b")
    assert f"try: mkdir -p {tmp_path / 'a'}" in said
