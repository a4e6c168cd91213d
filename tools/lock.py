# SPDX-License-Identifier: Apache-2.0
"""Write `requirements/*.txt`: what `make` and CI install, each file with its hash.

    python3 tools/lock.py              resolve anew, within the ranges of pyproject.toml
    python3 tools/lock.py --upgrade    take the latest of all

One file serves Python 3.11 to 3.14 on all platforms. Needs uv (`pip install uv`).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "requirements"
#: Each later lock has the versions of the first that has a package.
LOCKS = {
    "run": ("cli", "unicorn"),
    "dev": ("all", "dev"),
    "bench": ("all", "dev", "bench"),
    "docs": ("all", "dev", "docs"),
    "runtime": ("all", "dev", "runtime"),
    "fuzz": ("all", "dev", "fuzz"),
    "rig": ("all", "dev", "rig", "cluster"),
    "release": ("release",),
}


def lock(name: str, extras: tuple[str, ...]) -> None:
    """Write one file."""
    output = FOLDER / f"{name}.txt"
    options = [word for extra in extras for word in ("--extra", extra)]
    if name != "run":
        options += ["--constraints", "requirements/run.txt"]
    if name in ("bench", "docs", "runtime", "fuzz", "rig"):
        options += ["--constraints", "requirements/dev.txt"]
    subprocess.run(
        [
            *("uv", "pip", "compile", "pyproject.toml", "--universal", "--generate-hashes"),
            *("--python-version", "3.11", "--no-header", "--no-annotate", "--quiet"),
            *("--no-emit-find-links", "--no-emit-index-url", "--output-file", output),
            *(options + sys.argv[1:]),
        ],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    text = f"# Written by tools/lock.py from the ranges of pyproject.toml.\n{output.read_text()}"
    output.write_text(text)


def main() -> None:
    """Write all files."""
    if shutil.which("uv") is None:
        sys.exit("tools/lock.py needs uv: pip install uv")
    FOLDER.mkdir(exist_ok=True)
    for name, extras in LOCKS.items():
        lock(name, extras)
        print(f"requirements/{name}.txt written")


if __name__ == "__main__":
    main()
