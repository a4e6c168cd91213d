# SPDX-License-Identifier: Apache-2.0
"""A rival in C, built into one library with liblightexit's own sources."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
INCLUDE = [f"-I{ROOT / each}" for each in ("lib/include", "kernel/uapi", "src/lightexit/runtime")]


@contextmanager
def with_library(source: Path) -> Iterator[Any]:
    """`source` and liblightexit, loaded."""
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder) / f"{source.stem}.so"
        sources = [*sorted((ROOT / "lib/src").glob("*.c")), source]
        options = ["-O2", "-fPIC", "-shared", "-fno-strict-aliasing", "-pthread", "-o", str(built)]
        subprocess.run(["gcc", *INCLUDE, *options, *map(str, sources)], check=True)
        yield ctypes.CDLL(str(built))
