# SPDX-License-Identifier: Apache-2.0
"""C to eBPF objects, by the installed clang and by the one that the runtime is built with."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

ROOT = Path(__file__).parents[2]
UAPI = ROOT / "kernel/uapi"
_OPTIONS = ("-O2", "-g", "-Wall", "-Wextra", "-Werror", f"-I{UAPI}")
_COMMANDS = {
    "clang": ("clang", "-target", "bpf"),
    "ziglang": (sys.executable, "-m", "ziglang", "cc", "-target", "bpfel-freestanding"),
}
COMPILERS = tuple(_COMMANDS)


def missing(compiler: str) -> str:
    """Why a compiler cannot be used; "" if it can."""
    if compiler == "ziglang":
        found = importlib.util.find_spec("ziglang") is not None
        return "" if found else "ziglang is not installed (pip install -e '.[runtime]')"
    if shutil.which("clang") is None:
        return "clang is not installed"
    asked = subprocess.run(["clang", "-print-targets"], capture_output=True, text=True, check=False)
    return "" if " bpf " in asked.stdout else "this clang has no target bpf"


@cache
def compile_c(text: str, compiler: str = "clang", *options: str) -> bytes:
    """The object of a file `filter.c` with this text. Skips the test without the compiler."""
    if reason := missing(compiler):
        pytest.skip(reason)
    with TemporaryDirectory() as folder:
        source = Path(folder) / "filter.c"
        source.write_text(text)
        command = [*_COMMANDS[compiler], *_OPTIONS, *options, "-c", "filter.c", "-o", "filter.o"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return (Path(folder) / "filter.o").read_bytes()


#: All that C has and this linker reads.
EVERYTHING = """#include <lightexit.h>
struct counter { __u32 hits; __u64 total; __u8 last; };
struct task { int first, second; } __attribute__((preserve_access_index));
extern struct counter outside[3];
extern int jiffies __attribute__((section(".ksyms")));
extern int CONFIG_HZ __attribute__((section(".kconfig")));
static __u32 calls; static __u64 start[2] = {5, 7};
static const __u8 table[] = {2, 3, 5, 7, 11, 13, 17, 19};
LIGHTEXIT_STATE(struct counter, inside);
LIGHTEXIT_LICENSE("Apache-2.0");
static __attribute__((noinline)) __u64 prime(__u64 n) { calls++; return table[n & 7]; }
LIGHTEXIT_FILTER(works, c) {
    inside.state.hits += outside[1].last; start[1] += prime(c->offset); return start[1] & 1;
}
"""
_REFUSED = "LIGHTEXIT_FILTER(f, c) { return ((struct task *)c)->second + jiffies + CONFIG_HZ; }\n"


def c_objects(*, refused: bool = False) -> Iterator[bytes]:
    """An object with all of it, by every compiler that is there; or one that is refused."""
    text = EVERYTHING + _REFUSED * refused
    for compiler in COMPILERS:
        if not missing(compiler):
            yield compile_c(text, compiler, "-Wno-unused")
