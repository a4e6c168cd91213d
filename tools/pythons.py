# SPDX-License-Identifier: Apache-2.0
"""A quick part of the tests on every other Python that this machine has.

    python3 tools/pythons.py       3.11 to 3.14, but for the version of .venv, which runs them all

Says which versions it ran and which it did not find. Each gets a virtual environment of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[1]
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
#: What may differ between versions: classes, ctypes, code objects, syntax trees, modules.
TESTS = (
    "tests/test_imports.py",
    "tests/abi",
    "tests/test_api.py",
    "tests/test_reprs.py",
    "tests/compiler/test_compile.py",
    "tests/compiler/test_language.py",
    "tests/compiler/source/test_text.py",
    "tests/compiler/test_errors.py",
    "tests/isa/test_elf.py",
    "tests/test_filter.py",
    "tests/vm/test_seabios.py",
)


def version_of(python: Path | str) -> str | None:
    """`3.12`, or None for what is no Python that runs."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        told = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return told.stdout.strip()


def candidates(version: str) -> list[Path]:
    """Where an interpreter of a version may be: on the path, or among pyenv's."""
    folders = os.get_exec_path()
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    found = [Path(folder, f"python{version}") for folder in folders]
    found += sorted(pyenv.glob(f"{version}.*/bin/python"), reverse=True)
    return [path for path in found if path.exists()]


def python_of(version: str) -> Path | None:
    """An interpreter of that version, if there is one."""
    return next((path for path in candidates(version) if version_of(path) == version), None)


LOCKED = ("--require-hashes", "-r", "requirements/dev.txt")


def outcome(
    name: str, python: Path, needed: Sequence[str] = LOCKED, tests: Sequence[str] = TESTS
) -> tuple[bool, str]:
    """Whether the tests pass in `.venv-NAME`, and what they printed; `needed` is for pip."""
    folder = ROOT / f".venv-{name}"
    inner = folder / "bin" / "python"
    install = [inner, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    printed = ""
    for command in (
        [python, "-m", "venv", folder],
        [*install, *needed],
        [*install, "--no-deps", "-e", "."],
        [inner, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests],
    ):
        ended = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        printed += ended.stdout.decode(errors="replace")
        if ended.returncode:
            words = " ".join(map(str, command))
            return False, f"{printed}\nexit status {ended.returncode}: {words}"
    return True, printed


def told(version: str, own: str | None) -> str:
    """What became of a version."""
    python = python_of(version)
    if version == own:
        return "all tests, in .venv"
    if python is None:
        return "not found on this machine"
    print(f"Python {version}: {python} ...", flush=True)
    started = time.monotonic()
    passed, printed = outcome(version, python)
    print(f"\n== Python {version}\n{printed}", flush=True)
    result = "a quick part passed" if passed else "FAILED"
    return f"{result} in {time.monotonic() - started:.0f} s ({python})"


def main() -> int:
    """Exit status 1 where a version failed. Two run at a time."""
    own = version_of(ROOT / ".venv/bin/python")
    with ThreadPoolExecutor(2) as pool:
        results = [*pool.map(told, VERSIONS, [own] * len(VERSIONS))]
    for version, result in zip(VERSIONS, results, strict=True):
        print(f"Python {version}: {result}")
    return int(any("FAILED" in result for result in results))


if __name__ == "__main__":
    sys.exit(main())
