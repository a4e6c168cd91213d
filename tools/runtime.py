# SPDX-License-Identifier: Apache-2.0
"""Builds of the native runtime's C, and the LLVM IR of the probes' BPF programs.

    python tools/runtime.py                       write the LLVM IR that the package ships
    python tools/runtime.py --check               fail where it is not what the C says
    python tools/runtime.py --sanitize address    build a shared library with a sanitizer of gcc's

The IR is made by one clang, that of the pinned `ziglang` from PyPI (`pip install -e
'.[runtime]'`): the same C gives the same bytes everywhere. No pass has been over it and nothing
of the host it was made on is left in it, so that the native engine can make code of it for any.
"""

from __future__ import annotations

import argparse
import difflib
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUNTIME = ROOT / "src/lightexit/runtime"
#: BPF programs: their IR is compiled for the kernel, and they are no part of the runtime.
PROBES = ROOT / "src/lightexit/trace/probes"
INCLUDE = ("-I", str(ROOT / "kernel/uapi"), "-I", str(RUNTIME))
WARNINGS = ("-std=gnu11", "-Wall", "-Wextra", "-Werror")
#: Any 64-bit little-endian one does: what differs between them is taken out.
TARGET = ("-target", "x86_64-linux-gnu")
IR = (
    *("-O1", "-Xclang", "-disable-llvm-passes", "-S", "-emit-llvm", "-g0"),
    *("-ffreestanding", "-fno-builtin", "-fno-strict-aliasing", "-fno-jump-tables"),
    *("-fno-sanitize=all", "-fno-stack-protector", "-fomit-frame-pointer"),
    *("-fno-unwind-tables", "-fno-asynchronous-unwind-tables"),
    "-Wno-unused-command-line-argument",
)
_OF_THE_HOST = re.compile(
    r'^(?:; ModuleID|target |source_filename|!llvm\.ident|!\d+ = !\{!"clang version).*\n|'
    r" uwtable(?:\(sync\))?(?= )|"
    r' "(?:target-cpu|target-features|tune-cpu|min-legal-vector-width|no-trapping-math|'
    r'stack-protector-buffer-size)"="[^"]*"',
    re.MULTILINE,
)
_HEAD = """\
; SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
; Made of {name} by tools/runtime.py; do not edit.
"""
SANITIZERS = ("address", "undefined", "thread")


def sources() -> list[Path]:
    """The runtime's files of C."""
    return sorted(RUNTIME.glob("*.c"))


def shipped() -> list[Path]:
    """All files of C whose IR the package ships."""
    return [*sources(), *sorted(PROBES.glob("*.c"))]


def ir_of(source: Path) -> str:
    """LLVM IR of one of them."""
    if importlib.util.find_spec("ziglang") is None:
        sys.exit("the module ziglang is not installed: pip install -e '.[runtime]'")
    clang = (sys.executable, "-m", "ziglang", "cc", *TARGET, *WARNINGS, *IR, *INCLUDE)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "made.ll")
        command = (*clang, source.name, "-o", str(made))
        result = subprocess.run(
            command, cwd=source.parent, capture_output=True, text=True, check=False
        )
        if result.returncode:
            sys.exit(f"{source.name}: {result.stderr.strip()}")
        text = made.read_text(encoding="utf-8")
    return _HEAD.format(name=source.name) + _OF_THE_HOST.sub("", text)


def write() -> None:
    """The IR of every file, beside it."""
    for source in shipped():
        source.with_suffix(".ll").write_text(ir_of(source), encoding="utf-8")
        print(f"wrote {source.with_suffix('.ll').relative_to(ROOT)}")


def check() -> int:
    """1 where the IR in the checkout is not what the C says."""
    stale = 0
    for source in shipped():
        kept, fresh = source.with_suffix(".ll").read_text(encoding="utf-8"), ir_of(source)
        change = difflib.unified_diff(kept.splitlines(), fresh.splitlines(), "kept", "fresh", n=0)
        first = [*change][:12]
        if first:
            stale = 1
            print(f"{source.with_suffix('.ll').name} is not what {source.name} says: make runtime")
            print("\n".join(first))
    return stale


def sanitized(sanitizer: str, folder: Path) -> Path:
    """A shared library of all files with a sanitizer, for LIGHTEXIT_RUNTIME."""
    library = folder / f"lightexit-{sanitizer}.so"
    compiler = os.environ.get("CC", "gcc")
    options = ("-O1", "-g", "-fPIC", "-shared", "-fno-strict-aliasing", "-fno-omit-frame-pointer")
    wanted = (f"-fsanitize={sanitizer}", "-fno-sanitize-recover=undefined")
    command = (compiler, *WARNINGS, *options, *wanted, *INCLUDE, *map(str, sources()))
    subprocess.run((*command, "-o", str(library)), check=True)
    return library


def main() -> int:
    """What the arguments ask for."""
    parser = argparse.ArgumentParser(description="builds of the native runtime's C")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("--sanitize", choices=SANITIZERS, help="build a shared library")
    parser.add_argument("--folder", type=Path, default=Path("."), help="where to build it")
    arguments = parser.parse_args()
    if arguments.sanitize:
        print(sanitized(arguments.sanitize, arguments.folder))
        return 0
    if arguments.check:
        return check()
    write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
