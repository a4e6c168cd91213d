# SPDX-License-Identifier: Apache-2.0
"""Coverage-guided fuzzing of all that reads files.

    python -m fuzz --seconds 3600              every format, one process each, for an hour
    python -m fuzz elf btf --seconds 60        two of them
    python -m fuzz elf --replay FILE           what the reader says of one input

Work is kept in `.fuzz/`: a corpus that later runs begin with, a log, and the inputs that break
the property (`harness.py`). Needs atheris: `pip install -e '.[fuzz]'`.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

from fuzz.formats import FORMATS
from fuzz.harness import held

_ENDED = re.compile(r"^stat::(number_of_executed_units|peak_rss_mb): +(\d+)", re.MULTILINE)
_COVERAGE = re.compile(r"cov: (\d+) ft: (\d+) corp: (\d+)")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("formats", nargs="*", metavar="FORMAT", help=", ".join(FORMATS))
    parser.add_argument("--seconds", type=int, default=60, help="how long; 60 unless told")
    parser.add_argument("--folder", type=Path, default=Path(".fuzz"), help="where work is kept")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="an input to read once")
    found = parser.parse_args()
    if unknown := set(found.formats) - FORMATS.keys():
        parser.error(f"no format {', '.join(unknown)}; there are: {', '.join(FORMATS)}")
    return found


def _start(name: str, folder: Path, seconds: int) -> subprocess.Popen[bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "fuzz.one", name, str(folder), str(seconds)]
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log)


def _told(name: str, folder: Path, status: int) -> str:
    log = (folder / f"{name}.log").read_text(errors="replace")
    inputs, peak = (
        dict(_ENDED.findall(log)).get(each, "?")
        for each in ("number_of_executed_units", "peak_rss_mb")
    )
    covered = _COVERAGE.findall(log)
    edges, _, corpus = covered[-1] if covered else ("?", "?", "?")
    line = f"{name:10} {inputs:>10} inputs, {edges:>5} edges, corpus {corpus:>5}, {peak:>4} MiB"
    if not status:
        return f"{line}: nothing found"
    return f"{line}: FOUND, see {folder}/{name}.log and {folder}/{name}-*\n{log[-3000:]}"


def main() -> int:
    """Exit status: 0 nothing found, 1 something."""
    given = _arguments()
    names = given.formats or list(FORMATS)
    if given.replay:
        for name in names:
            said = held(FORMATS[name].read, given.replay.read_bytes())
            print(f"{name}: {said or 'accepted'}")
        return 0
    if importlib.util.find_spec("atheris") is None:
        print("skipped: atheris is not installed (pip install -e '.[fuzz]')")
        return 0
    running = {name: _start(name, given.folder, given.seconds) for name in names}
    ended = {name: process.wait() for name, process in running.items()}
    for name, status in ended.items():
        print(_told(name, given.folder, status))
    return int(any(ended.values()))


if __name__ == "__main__":
    sys.exit(main())
