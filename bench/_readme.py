# SPDX-License-Identifier: Apache-2.0
"""README.md: the blocks that show what a command prints are made by that command.

A comment before each names it: `<!-- printed by: lightexit run --compare -->`. `vmlinuz` and
`initrd` in it stand for a kernel that must be given, and for a RAM disk made for it.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lightexit.cli.report import CUT_OFF

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
_BLOCK = re.compile(r"<!-- printed by: (?P<command>.*) -->\n\n(?P<lines>(?:    .*\n|\n(?=    ))+)")
#: The busiest registers of a run; the lines of its table beyond them are left out.
_SHOWN = 6


@dataclass(frozen=True)
class Block:
    """What a command prints, in part, as the README shows it, with no indentation."""

    command: str
    lines: tuple[str, ...]


def blocks(text: str) -> list[Block]:
    """All of a README."""
    return [
        Block(found["command"], tuple(line[4:] for line in found["lines"].splitlines()))
        for found in _BLOCK.finditer(text)
    ]


def run(command: str, files: Mapping[str, Path]) -> str:
    """What a command of this checkout prints; `files` stand for the names of a guest's files."""
    name, *arguments = shlex.split(command)
    assert name == "lightexit", command
    arguments = [str(files.get(argument, argument)) for argument in arguments]
    program = [sys.executable, "-m", "lightexit", *arguments]
    own = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    result = subprocess.run(
        program, cwd=ROOT, env=own, stdout=subprocess.PIPE, text=True, check=True
    )
    return result.stdout


def excerpt(command: str, printed: str) -> list[str]:
    """The part of what a command printed that a README shows."""
    lines = [line.rstrip() for line in printed.splitlines()]
    if command.split()[:2] != ["lightexit", "run"]:
        return lines
    head = next(n for n, line in enumerate(lines) if line.startswith("register ")) - 1
    rows = head + 2 + _SHOWN
    rest = next(n for n, line in enumerate(lines) if line.startswith("run ended: "))
    return [*lines[head:rows], "...", *lines[rest:]]


def write(arguments: Sequence[str]) -> None:
    """Run what the README shows and put what it prints in its place. `arguments` may name the
    bzImage of a kernel; without it, what a kernel's run printed stays."""
    with tempfile.TemporaryDirectory() as folder:
        files = _files(Path(arguments[0]), Path(folder)) if arguments else {}
        text = _BLOCK.sub(lambda found: _again(found, files), README.read_text("utf-8"))
    README.write_text(text, "utf-8")


def _files(kernel: Path, folder: Path) -> dict[str, Path]:
    """The kernel, and a RAM disk whose only process ends the run."""
    sys.path.insert(0, str(ROOT / "tests"))
    from vm.boot.test_real_kernel import ram_disk

    initrd = folder / "initrd"
    initrd.write_bytes(ram_disk())
    return {"vmlinuz": kernel.absolute(), "initrd": initrd}


def _again(found: re.Match[str], files: Mapping[str, Path]) -> str:
    command = found["command"]
    if {"vmlinuz", "initrd"} & set(shlex.split(command)) - set(files):
        print(f"left as it is: {command}")
        return found[0]
    print(f"{command} ...", flush=True)
    shown = excerpt(command, run(command, files))
    if any(line.startswith(CUT_OFF) for line in shown):
        print("left as it is: the guest has not come to its end; is this machine busy?")
        return found[0]
    lines = "".join(f"    {line}\n" if line else "\n" for line in shown)
    return f"<!-- printed by: {command} -->\n\n{lines}"
