# SPDX-License-Identifier: Apache-2.0
"""The bus's tests and the torture with the runtime's C built by gcc with its sanitizers.

    python tools/sanitize.py [--torture SECONDS] [--quick] [SANITIZER ...]

Python itself has none: the sanitizer's own library is loaded before it. Only the runtime is
looked at; filters are machine code of the native engine's, models are Python.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from runtime import ROOT, SANITIZERS, sanitized

TESTS = ("tests/bus", "tests/vm/test_unicorn.py")
QUICK = ("tests/bus/test_torture.py", "tests/bus/test_native.py", "tests/bus/test_msrs.py")
#: Leaks are not looked for: Python never frees what it keeps to its end.
OPTIONS = {
    "ASAN_OPTIONS": "detect_leaks=0:halt_on_error=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=1:report_signal_unsafe=0:ignore_noninstrumented_modules=1",
}
PRELOADED = {"address": "libasan.so", "undefined": "libubsan.so", "thread": "libtsan.so"}


def preloaded(sanitizer: str) -> str:
    """The file of the sanitizer's own library; empty where there is none."""
    if shutil.which("gcc") is None:
        return ""
    command = ("gcc", f"-print-file-name={PRELOADED[sanitizer]}")
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    return found if Path(found).is_absolute() else ""


def run(sanitizer: str, seconds: float, tests: Sequence[str], folder: Path) -> int:
    """The tests with one of them; their exit status, 0 where it is not to be had."""
    if not preloaded(sanitizer):
        print(f"== {sanitizer}: skipped, there is no gcc with {PRELOADED[sanitizer]}", flush=True)
        return 0
    library, told = sanitized(sanitizer, folder), folder / f"{sanitizer}.log"
    environment = {
        **os.environ,
        **{name: f"{options}:log_path={told}" for name, options in OPTIONS.items()},
        "LD_PRELOAD": preloaded(sanitizer),
        "LIGHTEXIT_RUNTIME": str(library),
        "LIGHTEXIT_TORTURE_SECONDS": str(seconds),
    }
    print(f"== {sanitizer}", flush=True)
    command = (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests)
    status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    for each in sorted(folder.glob(f"{told.name}.*")):
        print(each.read_text(errors="replace"))
        status = status or 1
    return status


def main() -> int:
    """All that were asked for, one after the other."""
    parser = argparse.ArgumentParser(description="the bus's tests with sanitizers")
    parser.add_argument("sanitizers", nargs="*", metavar="SANITIZER", default=SANITIZERS)
    parser.add_argument("--torture", type=float, default=10, metavar="SECONDS")
    parser.add_argument("--quick", action="store_true", help="a few of the tests only")
    arguments = parser.parse_args()
    tests = QUICK if arguments.quick else TESTS
    with tempfile.TemporaryDirectory(prefix="lightexit-") as folder:
        statuses = [
            run(each, arguments.torture, tests, Path(folder)) for each in arguments.sanitizers
        ]
    return max(statuses)


if __name__ == "__main__":
    sys.exit(main())
