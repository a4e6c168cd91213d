# SPDX-License-Identifier: Apache-2.0
"""`--version`, and what a shell offers after Tab."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import lightexit
from cli.forked import lightexit as command

ASK = """\
eval "$(_LIGHTEXIT_COMPLETE=source_bash lightexit)"
complete -p lightexit
while read -r line; do
    IFS=' ' read -ra COMP_WORDS <<<"$line"
    [[ $line == *. ]] && COMP_WORDS[-1]=''
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
    _lightexit_completion lightexit
    echo "${COMPREPLY[*]}"
done
"""
#: Command lines, "." for a word not yet begun, and what is offered; nothing: files, says bash.
OFFERED = {
    "lightexit .": "new run compile verify prove explain build record report devices check replay"
    " top disasm asm header schema advice cache bench",
    "lightexit --v": "--version",
    "lightexit run --e": "--engine --exit-status",
    "lightexit run --engine .": "interpreter kernel native",
    "lightexit run --backend k": "kvm",
    "lightexit run --irqchip .": "off split kernel",
    "lightexit run --kernel .": "",
    "lightexit verify ex": "",
}


def test_bash_offers_commands_options_and_values(tmp_path: Path) -> None:
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    program = tmp_path / "lightexit"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m lightexit "$@"\n')
    program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    result = subprocess.run(
        ["bash", "--norc", "-c", ASK],
        input="".join(f"{line}\n" for line in OFFERED),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    setting, *offered = result.stdout.splitlines()
    assert "-o default" in setting, result.stderr  # files, where nothing is offered
    assert dict(zip(OFFERED, (" ".join(each.split()) for each in offered), strict=True)) == OFFERED


def test_version_is_one_line() -> None:
    result = command("--version")
    assert result.stdout == (
        f"lightexit {lightexit.__version__} (Python {platform.python_version()}, "
        f"llvmlite {metadata.version('llvmlite')}, Unicorn {metadata.version('unicorn')})\n"
    )
    assert (result.returncode, result.stderr) == (0, "")


def test_telling_the_version_imports_neither() -> None:
    code = (
        "import sys; from lightexit.cli.version import version; version();"
        "print([name for name in ('llvmlite', 'unicorn') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout == "[]\n"


def test_the_help_fits_a_terminal_of_80_columns() -> None:
    told = command("--help").stdout.splitlines()
    assert max(map(len, told)) <= 80
    listed = told[told.index("Commands:") + 1 :]
    assert not [line for line in listed if line.endswith("...")]
