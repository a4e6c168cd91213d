# SPDX-License-Identifier: Apache-2.0
"""One fuzzer: `python -m fuzz.one FORMAT FOLDER SECONDS`. `python -m fuzz` starts these."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from random import Random

import atheris

INSTRUMENTED = ["lightexit.isa", "lightexit.vm.boot"]
with atheris.instrument_imports(include=INSTRUMENTED):
    from fuzz.formats import FORMATS
    from fuzz.harness import Format, held

#: In seconds of real time, for what the harness cannot interrupt; on a machine that does more.
_STUCK = 60


def _prepare(form: Format, name: str, folder: Path) -> list[str]:
    """Writes the seeds and the dictionary; returns their arguments."""
    corpus, words = folder / f"{name}-corpus", folder / f"{name}.dict"
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in form.seeds():
        (corpus / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
    lines = ("".join(f"\\x{byte:02x}" for byte in word.encode("latin-1")) for word in form.words)
    words.write_text("".join(f'"{line}"\n' for line in lines))
    return [str(corpus), f"-dict={words}"] if form.words else [str(corpus)]


def _mutated(data: bytes, longest: int, seed: int) -> bytes:
    """Mostly libFuzzer's own way, in small steps; at times a piece very often in a row."""
    random = Random(seed)
    if not data or random.randrange(8):
        return bytes(atheris.Mutate(data, longest))
    start = random.randrange(len(data))
    piece = data[start : start + random.choice((1, 1, 2, 4, 8, 16, 32))]
    times = random.randrange(1, 2 + max(longest - len(data), 0) // len(piece))
    return (data[:start] + piece * times + data[start + len(piece) :])[:longest]


def main() -> None:
    """Ends with the process; exit status 0 where nothing was found."""
    name, folder, seconds = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    form = FORMATS[name]

    def one(data: bytes) -> None:
        held(form.read, data)

    options = [
        f"-max_total_time={seconds}",
        f"-max_len={form.longest}",
        f"-timeout={_STUCK}",
        f"-artifact_prefix={folder}/{name}-",
        "-print_final_stats=1",
        "-len_control=0",
    ]
    command = [sys.argv[0], *_prepare(form, name, folder), *options]
    atheris.Setup(command, one, custom_mutator=_mutated)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
