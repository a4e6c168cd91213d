# SPDX-License-Identifier: Apache-2.0
"""Each command on good input, and one clear message with an exit status on bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.forked import lightexit, refusal

ROOT = Path(__file__).parents[2]
COUNTER = str(ROOT / "examples/counter/src/counter/device.py")
FORMATS = "Python source (.py), assembler text (.s), an eBPF object (ELF) or raw bytecode"
GOOD = """
from lightexit.filter import IoContext, Struct, Verdict, io_filter, u8

class State(Struct):
    value: u8

@io_filter
def read(ctx: IoContext, state: State) -> Verdict:
    ctx.data = state.value
    return Verdict.HANDLED

@io_filter
def ignore(ctx: IoContext, state: State) -> Verdict:
    return Verdict.PASS
"""


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.py"
    path.write_text(GOOD)
    return path


def test_compile_prints_bytecode(good: Path) -> None:
    result = lightexit("compile", good)
    assert result.returncode == 0
    assert "read: " in result.stdout
    assert "instruction slots; states: state (17 bytes)" in result.stdout
    assert "exit" in result.stdout


def test_compile_disasm_and_asm_go_round(good: Path, tmp_path: Path) -> None:
    binary, text, again = (tmp_path / name for name in ("read.bin", "read.s", "again.bin"))
    assert lightexit("compile", f"{good}:read", "-o", binary).returncode == 0
    text.write_text(lightexit("disasm", f"{good}:read").stdout)
    assert lightexit("asm", text, "-o", again).returncode == 0
    assert again.read_bytes() == binary.read_bytes()
    assert "exit" in lightexit("disasm", binary).stdout


def test_verify_reports(good: Path) -> None:
    result = lightexit("verify", good)
    assert result.returncode == 0
    assert "read: accepted" in result.stdout
    assert "ignore: accepted" in result.stdout


def test_verify_as_json() -> None:
    (report,) = json.loads(lightexit("verify", "--json", COUNTER).stdout)["programs"]
    assert report["accepted"] is True
    assert report["reads_clock"] is True


def test_verify_refuses_with_status_1(tmp_path: Path) -> None:
    text = tmp_path / "bad.s"
    text.write_text("r0 = r5\nexit\n")
    result = lightexit("verify", text)
    assert result.returncode == 1
    assert "bad.s:1" in result.stdout
    assert "r5" in result.stdout


def test_header_of_states() -> None:
    result = lightexit("header", COUNTER)
    assert "struct lightexit_counter_state {\n\t__u64 started_ns;\n\t__u32 hz;\n};" in result.stdout
    assert "struct lightexit_io_context {" in lightexit("header").stdout


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def f(:\n", "bad.py:1:7: not Python: invalid syntax\n    def f(:\n"),
        ("x = 1 // 0\n", "bad.py:1:1: importing it raised ZeroDivisionError"),
        ("x = 1\n", "bad.py holds no filter"),
        (GOOD.replace("state.value", "state.value / 2"), "ctx.data = state.value / 2\n"),
    ],
    ids=["syntax", "import", "empty", "subset"],
)
def test_bad_python(source: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text(source)
    assert said in refusal("compile", path)


def test_unknown_filter_name(good: Path) -> None:
    assert "holds no filter named other\n  expected: one of: read, ignore" in refusal(
        "compile", f"{good}:other"
    )


def test_several_filters_for_one_output(good: Path, tmp_path: Path) -> None:
    said = refusal("compile", good, "-o", tmp_path / "x")
    assert "holds 2 filters, and --output takes one" in said


TABLED = """
from lightexit.filter import IoContext, Verdict, io_filter, Struct, u32

STEPS = (3, 500, 70_000, 9)

class Motor(Struct):
    phase: u32

@io_filter
def read_step(ctx: IoContext, motor: Motor) -> Verdict:
    ctx.data = STEPS[motor.phase & 3]
    return Verdict.HANDLED
"""


def test_a_table_is_kept_in_text_and_object_but_not_in_raw_bytecode(tmp_path: Path) -> None:
    source, target = tmp_path / "motor.py", tmp_path / "motor.o"
    source.write_text(TABLED)
    said = lightexit("compile", source).stdout
    assert "read-only data: 16 bytes" in said.splitlines()[0]
    assert ".rodata 03 00 00 00 f4 01 00 00 70 11 01 00 09 00 00 00" in said
    assert lightexit("compile", source, "-o", target).returncode == 0
    report = lightexit("verify", target).stdout
    assert "'motor' read, 16 bytes of read-only data" in report
    name, _, text = lightexit("disasm", target).stdout.partition("\n")
    assert name == "# read_step"
    assert text in said
    refused = refusal("compile", source, "-o", tmp_path / "motor.bin")
    assert "read-only data, which raw bytecode cannot hold" in refused
    assert f"try: -o {target}" in refused


def test_missing_file() -> None:
    assert "nowhere.py: no such file or directory" in refusal("compile", "nowhere.py")
    assert refusal("verify", "nowhere.py:read") == (
        f"lightexit: nowhere.py:read: no such file or directory\n  expected: {FORMATS}\n"
    )


def test_truncated_bytecode(tmp_path: Path) -> None:
    path = tmp_path / "short.bin"
    path.write_bytes(bytes(12))
    assert refusal("disasm", path) == (
        f"lightexit: {path}: bytecode has 12 bytes\n  expected: {FORMATS}\n"
    )


def test_truncated_object(tmp_path: Path) -> None:
    path = tmp_path / "short.o"
    path.write_bytes(b"\x7fELF" + bytes(20))
    assert "short.o" in refusal("disasm", path)


def test_bad_assembler_text(tmp_path: Path) -> None:
    path = tmp_path / "bad.s"
    path.write_text("r0 = 1\nr11 = 2\nexit\n")
    said = refusal("asm", path)
    assert "bad.s:2" in said
    assert "r11" in said


def test_asm_takes_text_only(tmp_path: Path) -> None:
    copy = tmp_path / "good.py"
    copy.write_text(GOOD)
    assert f"{copy}:2" in refusal("asm", copy)
    assert not copy.with_suffix(".bin").exists()


def test_unknown_engine() -> None:
    said = refusal("run", "--engine", "jit")
    assert "there is no engine 'jit'" in said
    assert "one of: interpreter, kernel, native" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fly",), ["Error: No such command 'fly'."]),
        (("verfy",), ["Error: No such command 'verfy'.", "Did you mean 'verify'?"]),
        (("verify", "--jsn", "x"), ["Error: No such option", "--jsn", "--json"]),
        (("run", "--engine", "nativ"), ["  try: native\n"]),
    ],
)
def test_misspelt_words(words: tuple[str, ...], said: list[str]) -> None:
    refused = refusal(*words)
    assert all(each in refused for each in said), refused
    assert "python" not in refused


def test_cache_lists_and_clears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = str(Path(COUNTER).parent)
    prove = f"import sys; sys.path.insert(0, {folder!r}); import device; device.read_counter.report"
    subprocess.run([sys.executable, "-c", prove], check=True)
    *entries, total = lightexit("cache").stdout.splitlines()
    assert [entry.split()[0] for entry in entries] == ["bytecode", "names", "proof"]
    assert total.startswith(f"{tmp_path / 'lightexit'}: 3 entries")
    assert "3 entries deleted" in lightexit("cache", "--clear").stdout
    assert "0 entries" in lightexit("cache").stdout


def test_cache_says_what_it_does_not_use_and_leaves_it_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "elsewhere").mkdir()
    precious = tmp_path / "elsewhere" / ("0" * 64)
    precious.write_bytes(b"")
    (tmp_path / "lightexit").mkdir(mode=0o700)
    (tmp_path / "lightexit" / "native").symlink_to(tmp_path / "elsewhere")
    says = f"not used: {tmp_path / 'lightexit' / 'native'}: a link, or not a folder"
    assert lightexit("cache").stdout.splitlines()[0] == says
    assert lightexit("cache", "--clear").stdout.splitlines()[0] == says
    assert precious.exists()
