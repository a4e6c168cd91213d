# SPDX-License-Identifier: Apache-2.0
"""Follow the pages for beginners with nothing but the wheel, each in an empty folder.

    python tools/tutorial.py        by the oldest and the newest Python of this machine

Each Python gets a new environment, with the wheel and its extras. What pages show is compared with
what is printed there, as by `tests/documents`; and what only that environment can run, is run.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from command import Failed, run
from pythons import ROOT, VERSIONS, python_of, version_of
from twice import checkout

sys.path.insert(0, str(ROOT / "tests"))
from documents.blocks import Block, blocks
from documents.place import Place, WrongPageError

PAGES = ("start", "write-a-device")
EXTRAS = "all,testing"


def wheel(folder: Path) -> Path:
    """That of the commit."""
    source = checkout(folder / "source")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, source)
    return next(folder.glob("*.whl"))


def environment(python: Path, package: Path, folder: Path) -> Path:
    """The programs of a new environment with the package and its extras."""
    run(python, "-m", "venv", folder)
    run(folder / "bin/pip", "install", "-q", f"lightexit[{EXTRAS}] @ {package.as_uri()}")
    return folder / "bin"


def to_run(page: str) -> list[Block]:
    """Its blocks, with those that are run only here."""
    found = blocks(ROOT / "docs" / f"{page}.md")
    return [
        replace(each, reason="") if "tools/tutorial.py" in each.reason else each for each in found
    ]


def follow(programs: Path, folder: Path) -> None:
    """Do what the pages say. Raises WrongPageError where something else happens."""
    for page in PAGES:
        begun, place = time.monotonic(), folder / page
        place.mkdir()
        Place(place, programs).follow(to_run(page))
        print(f"  {page}: as it is shown, in {time.monotonic() - begun:.0f} s", flush=True)


def main() -> None:
    """Ends with the first page that is wrong."""
    found = [python for each in VERSIONS if (python := python_of(each))]
    os.environ.pop("PYTHONPATH", None)
    with tempfile.TemporaryDirectory() as name:
        package = wheel(Path(name))
        for python in dict.fromkeys((found[0], found[-1])):
            version = version_of(python)
            folder, begun = Path(name, f"python{version}"), time.monotonic()
            programs = environment(python, package, folder / "env")
            print(f"Python {version}: installed in {time.monotonic() - begun:.0f} s", flush=True)
            follow(programs, folder)


if __name__ == "__main__":
    try:
        main()
    except (Failed, WrongPageError) as failed:
        raise SystemExit(str(failed)) from None
