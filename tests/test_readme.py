# SPDX-License-Identifier: Apache-2.0
"""What README.md says is so: blocks are what commands print, figures agree, names exist."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import _readme as readme
from bench import lines
from vm.boot.test_real_kernel import ram_disk

ROOT = readme.ROOT
TEXT = readme.README.read_text("utf-8")
BLOCKS = {block.command: block for block in readme.blocks(TEXT)}
FIRMWARE = "lightexit run --compare"
KERNEL = next(command for command in BLOCKS if "--kernel" in command)
VERIFY = "lightexit verify examples/counter/src/counter/device.py"
needs_seabios = pytest.mark.skipif(
    not Path("/usr/share/seabios/bios.bin").exists(), reason="SeaBIOS is not installed"
)


def _shape(lines: Iterator[str] | list[str] | tuple[str, ...]) -> list[str]:
    """Lines with no figures, and without registers and ports, which may differ from run to run."""
    words = (re.sub(r"[\d,]*\.?\d+(?![\w.])", "N", line).split() for line in lines)
    every = [" ".join(each) for each in words if each]
    return [line for line in every if not re.search(r"(read|write) |^N other", f"{line} ")]


def _outcome(line: str) -> bool:
    """What depends on the run's length: which way a gain goes, and its end after what."""
    return not line.startswith(("gain: ", "run ended: "))


def test_the_blocks_are_found() -> None:
    assert set(BLOCKS) == {FIRMWARE, KERNEL, VERIFY}
    assert TEXT.count("printed by:") == len(BLOCKS)


def test_a_verdict_is_shown_as_it_is_printed() -> None:
    assert readme.excerpt(VERIFY, readme.run(VERIFY, {})) == list(BLOCKS[VERIFY].lines)


@needs_seabios
def test_a_run_prints_what_the_readme_shows() -> None:
    shown = readme.excerpt(FIRMWARE, readme.run(FIRMWARE, {}))
    wanted = BLOCKS[FIRMWARE].lines
    assert list(filter(_outcome, _shape(shown))) == list(filter(_outcome, _shape(wanted)))
    assert {line[:8] for line in shown} >= {line[:8] for line in wanted if "  by " in line}


def test_a_kernel_prints_what_the_readme_shows(tmp_path: Path) -> None:
    kernel = os.environ.get("LIGHTEXIT_TEST_KERNEL", "")
    if not kernel:
        pytest.skip("LIGHTEXIT_TEST_KERNEL names no bzImage")
    initrd = tmp_path / "initrd"
    initrd.write_bytes(ram_disk())
    files = {"vmlinuz": Path(kernel), "initrd": initrd}
    shown = readme.excerpt(KERNEL, readme.run(KERNEL, files))
    wanted = BLOCKS[KERNEL].lines
    assert list(filter(_outcome, _shape(shown))) == list(filter(_outcome, _shape(wanted)))


@pytest.mark.parametrize("command", [FIRMWARE, KERNEL])
def test_the_gain_is_the_difference_of_the_two_runs(command: str) -> None:
    """Nobody has changed one figure by hand and not the others."""
    text = "\n".join(BLOCKS[command].lines)
    if "time of the run" not in text:
        pytest.skip(
            "a kernel's run of before; on a quiet machine: python -m bench --readme VMLINUZ"
        )
    before, after = map(float, re.findall(r"time of the run +([\d.]+) s +([\d.]+) s", text)[0])
    printing = float(re.findall(r"printing its output +[\d.]+ s +([\d.]+) s", text)[0])
    after -= printing
    gain, share, change = re.findall(
        r"whole run, less printing, was ([\d.]+) s \((\d+) %\) (\w+)", text
    )[0]
    signed = float(gain) if change == "shorter" else -float(gain)
    assert signed == pytest.approx(before - after, abs=0.0026)
    assert float(share) == pytest.approx(100 * abs(before - after) / before, abs=1.5)
    ended = re.findall(r"run ended: .* after ([\d.]+) s", text)[0]
    assert float(ended) == pytest.approx(after + printing, abs=0.006)


def test_the_first_filter_is_the_example() -> None:
    (shown,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    source = (ROOT / "examples/counter/src/counter/device.py").read_text("utf-8")
    source = re.sub(r'^ *"""[^"]*"""\n\n?', "", source, flags=re.MULTILINE)
    source = source.replace("SECOND_NS", "10**9").replace("Reg.COUNTER", "COUNTER")
    classes = shown[shown.index("class CounterState") :]
    assert " ".join(classes.split()) in " ".join(source.split())


PRICE = """\
from lightexit import IoContext, Struct, Verdict, io_filter, u32

class Prescaler(Struct):
    count: u32
    divisor: u32



@io_filter
def price(ctx: IoContext, prescaler: Prescaler) -> Verdict:
    ctx.data = prescaler.count - prescaler.divisor
    return Verdict.HANDLED
"""


def test_a_compiler_error_is_the_one_that_the_readme_shows(tmp_path: Path) -> None:
    (tmp_path / "price.py").write_text(PRICE)
    command = [sys.executable, "-m", "lightexit", "verify", "price.py"]
    path = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    result = subprocess.run(command, cwd=tmp_path, env=path, capture_output=True, text=True)
    assert result.returncode == 1
    text = result.stdout.replace(f"{tmp_path}/", "")
    said = [f"    {line}".rstrip() for line in text.splitlines()]
    assert "\n".join(said) in TEXT


def test_the_fast_paths_are_as_long_as_it_says() -> None:
    rows = [lines.row_of(each) for each in lines.filters()]
    sizes = [len(row.lines) for row in rows]
    every = frozenset[tuple[str, int]]().union(*(row.lines for row in rows))
    devices = len({row.device for row in rows})
    said = f"{min(sizes)} to {max(sizes)} lines, {len(every)} for all {devices} devices"
    assert said in (ROOT / "docs/design.md").read_text("utf-8")
    assert f"the same function in C, all {len(rows)}," in TEXT


def test_files_that_it_names_are_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", TEXT) if "://" not in link]
    named = re.findall(r"`([\w./]+(?:\.py|\.md|\.toml|/))`", TEXT)
    assert len(links) > 5
    assert len(named) > 2
    for name in [*links, *named]:
        assert any((folder / name).exists() for folder in (ROOT, ROOT / "src/lightexit")), name


def _commands() -> Iterator[tuple[str, list[str]]]:
    for text in re.findall(r"`(lightexit [^`]*)`|printed by: (lightexit .*) -->", TEXT):
        words = shlex.split(text[0] or text[1])
        yield words[1], words[2:]


def test_commands_and_options_that_it_names_exist() -> None:
    helps: dict[str, str] = {}
    for name, words in _commands():
        if name.startswith("-"):
            continue
        if name not in helps:
            command = [sys.executable, "-m", "lightexit", name, "--help"]
            wide = {**os.environ, "COLUMNS": "200", "PYTHONPATH": str(ROOT / "src")}
            result = subprocess.run(command, env=wide, capture_output=True, text=True)
            assert result.returncode == 0, name
            helps[name] = result.stdout
        for option in (word for word in words if word.startswith("--")):
            assert option in helps[name], f"{name} {option}"
    assert "run" in helps
