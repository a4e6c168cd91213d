# SPDX-License-Identifier: Apache-2.0
"""`lightexit prove`, and what `verify` and `build` say of its proofs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from lightexit.cli.app import app
from lightexit.errors import LightexitError

z3 = pytest.importorskip("z3", reason="z3 is not installed (extra prove)")

CHIP = """
from lightexit import Array, IoContext, Struct, Verdict, array, io_filter, u8, u64


class Chip(Struct):
    count: u64
    cells: Array[u8] = array(u8, 8)


@io_filter
def read_count(ctx: IoContext, chip: Chip) -> Verdict:
    if ctx.is_write:
        return Verdict.PASS
    ctx.data = chip.count
    return Verdict.HANDLED


@io_filter
def greatest(ctx: IoContext, chip: Chip) -> Verdict:
    total = 0
    for cell in chip.cells:
        if cell > total:
            total = cell
    ctx.data = total
    return Verdict.HANDLED


@io_filter
def not_compiled(ctx: IoContext, chip: Chip) -> Verdict:
    ctx.data = chip.count + 1
    return Verdict.HANDLED


@io_filter
def endless(ctx: IoContext, chip: Chip) -> Verdict:
    while chip.count < 5:
        pass
    return Verdict.HANDLED
"""


@pytest.fixture
def chip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "chip.py").write_text(CHIP)
    monkeypatch.chdir(tmp_path)
    return "chip.py"


def lightexit(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [*map(str, words)], env={"COLUMNS": "200"})


def refusal(*words: str | Path) -> str:
    result = lightexit(*words)
    assert isinstance(result.exception, LightexitError)
    return str(result.exception)


def without_times(text: str) -> str:
    return re.sub(r"[0-9.]+ s", "N s", text)


def test_proved_and_kept(chip: str) -> None:
    result = lightexit("prove", f"{chip}:read_count")
    assert result.exit_code == 0
    assert without_times(result.output) == (
        "read_count: proved (N s, 2 paths, 2 pairs)\n\n"
        "1 filter: 1 proved. Of all inputs: is_write is 0 or 1 and states do not overlap.\n"
    )
    assert "2 pairs, before)" in lightexit("prove", f"{chip}:read_count").output
    assert "2 pairs)" in lightexit("prove", f"{chip}:read_count", "--anew").output
    assert "proved: does what its source says, for every input (2 paths, 2 pairs" in (
        lightexit("verify", f"{chip}:read_count", "--require-proof").output
    )
    built = lightexit("build", f"{chip}:read_count", "-o", "out", "--require-proof")
    assert built.output.startswith("read_count: proved to do what its source says (2 paths")


def test_what_was_not_proved_is_refused_where_a_proof_is_required(chip: str) -> None:
    for command in (["verify"], ["build", "-o", "out"]):
        assert refusal(*command, f"{chip}:greatest", "--require-proof") == (
            "not proved to do what its source says: greatest\n"
            "  expected: a filter that was proved, from the same source and bytecode\n"
            "  try: lightexit prove chip.py:greatest"
        )
    assert not Path("out").exists()
    assert lightexit("verify", f"{chip}:greatest").exit_code == 0


def test_unknown_says_what_and_how_to_help(chip: str) -> None:
    result = lightexit("prove", f"{chip}:greatest", "--paths", "20")
    assert result.exit_code == 6
    assert without_times(result.output).splitlines()[:3] == [
        "greatest: unknown (N s, 20 paths, 45 pairs)",
        "  more than 20 paths",
        "  help: --paths 80, or fewer branches that do not depend on one another",
    ]


def test_what_does_not_compile_or_is_refused(chip: str) -> None:
    result = lightexit("prove", chip, "--paths", "20")
    assert result.exit_code == 1
    assert "not_compiled: not compiled\nchip.py:30:16: chip.count + 1 may be as large" in (
        result.output
    )
    assert "endless: not compiled\n" in result.output
    assert "4 filters: 1 proved, 1 unknown, 2 not compiled." in result.output


def test_refuted(chip: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The compiler's loops as they were once: the counter compared as a number of no sign."""
    from lightexit.compiler.lowering import compute

    monkeypatch.setattr(compute, "predicate_of", lambda op, left, right: "ult")
    monkeypatch.setattr("lightexit.compiler.lowering.lower.predicate_of", compute.predicate_of)
    result = lightexit("prove", f"{chip}:greatest")
    assert result.exit_code == 1
    told, _, test = result.output.partition("as a test:\n\n")
    assert told.startswith("greatest: refuted (")
    assert "in Python, " in told
    module = test.partition("\n\n1 filter")[0]
    Path("test_greatest.py").write_text(f"import sys\nsys.path.insert(0, '.')\n{module}")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_greatest.py"],
        capture_output=True,
        text=True,
        check=False,
    )
    # The compiler is right again in that process: the test holds, and it is a test.
    assert "1 passed" in ran.stdout or "1 failed" in ran.stdout, ran.stdout


LAMPS = """
from lightexit.filter import IoContext, Struct, Verdict, io_filter, u8

class Lamp(Struct):
    level: u8

def reader(mask: int):
    @io_filter
    def read(ctx: IoContext, lamp: Lamp) -> Verdict:
        ctx.data = lamp.level & mask
        return Verdict.HANDLED
    return read

low = reader(15)
"""
#: The bytecode of another filter: what a mistake of a compiler does.
MISTAKEN = """
high = reader(240)
vars(high)["report"], vars(high)["program"] = low.report, low.program
"""


def test_a_test_of_a_refuted_filter_fails(chip: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("mistaken_lamps.py").write_text(LAMPS + MISTAKEN)
    result = lightexit("prove", "mistaken_lamps.py")
    assert result.exit_code == 1
    difference = re.findall(r"IoContext.data: \w+ in Python, \w+ in bytecode", result.output)[0]
    test = result.output.partition("as a test:\n\n")[2].partition("\n\n\n2 filters")[0]
    assert "from mistaken_lamps import Lamp, high\n" in test
    monkeypatch.syspath_prepend(Path.cwd())
    names: dict[str, Any] = {}
    exec(test.partition("\n\nread: ")[0], names)
    with pytest.raises(AssertionError, match=f"read: source and bytecode differ\n{difference}"):
        names["test_high_does_what_its_source_says"]()


def test_filters_of_one_name_have_a_proof_each(chip: str) -> None:
    Path("lamps.py").write_text(LAMPS)
    assert lightexit("prove", "lamps.py").exit_code == 0
    Path("lamps.py").write_text(LAMPS + "high = reader(240)\n")
    judged = json.loads(lightexit("verify", "lamps.py", "--json").stdout)["programs"]
    assert [each["program"] for each in judged] == ["read", "read"]
    assert None in [each["proved"] for each in judged]
    assert refusal("verify", "lamps.py", "--require-proof").startswith("not proved")


def test_a_proof_of_another_z3_does_not_count(chip: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lightexit("prove", f"{chip}:read_count")
    monkeypatch.setattr(z3, "get_version_string", lambda: "5.99.0")
    assert "2 pairs)" in lightexit("prove", f"{chip}:read_count").output


def test_as_json(chip: str) -> None:
    result = lightexit("prove", chip, "--json", "--paths", "20")
    document = json.loads(result.stdout)
    assert document["schema"] == "urn:lightexit:prove:1"
    assert {each["filter"]: each["verdict"] for each in document["filters"]} == {
        "read_count": "proved",
        "greatest": "unknown",
        "not_compiled": "not compiled",
        "endless": "not compiled",
    }


def test_devices_and_their_filters(chip: str) -> None:
    result = lightexit("prove", "debugcon", "port92.read_control")
    assert result.exit_code == 0
    assert "debugcon.read_presence: proved (" in result.output
    assert "2 filters: 2 proved." in result.output


@pytest.mark.long
def test_all_devices(chip: str) -> None:
    result = lightexit("prove", "--all")
    assert result.exit_code == 0, result.output
    assert "pit.read_or_latch: proved (" in result.output


def test_bad_input(chip: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal("prove") == (
        "no filter is named\n  expected: FILE[:NAME], the name of a device, or --all"
    )
    assert refusal("prove", chip, "--all").startswith("all devices and others are named")
    assert refusal("prove", "nowhere.py").startswith("nowhere.py: ")
    Path("pass.s").write_text("r0 = 0\nexit\n")
    assert refusal("prove", "pass.s").startswith("pass is bytecode only: there is no source")
    monkeypatch.setattr(z3, "get_version", lambda: (4, 8, 0, 0))
    assert "z3 5, which proofs are tried with" in refusal("prove", chip)
    monkeypatch.setitem(sys.modules, "z3", None)
    assert "pip install 'lightexit[prove]'" in refusal("prove", chip)
