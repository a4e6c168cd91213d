# SPDX-License-Identifier: Apache-2.0
"""docs/privileges.md: its C compiles, and what it says of limits and errors is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from build.built import INCLUDE, WARNINGS, compile_c
from lib.native import MISSING
from lightexit.build.header import filter_header
from lightexit.build.sources import of_device

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/privileges.md").read_text("utf-8")
HEADER = (ROOT / "lib/include/liblightexit.h").read_text("utf-8")
LIMITS = (ROOT / "loader/loader.h").read_text("utf-8")


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
def test_the_c_of_the_page_compiles(tmp_path: Path) -> None:
    (code,) = re.findall(r"```c\n(.*?)```", PAGE, re.DOTALL)
    (subject,) = of_device("port92", None).subjects
    (tmp_path / "port92.h").write_text(filter_header(subject))
    source = tmp_path / "vmm.c"
    source.write_text(code)
    command = ["gcc", "-std=c11", *WARNINGS, "-Wno-unused-function", *INCLUDE, f"-I{tmp_path}"]
    compile_c([*command, "-c", source, "-o", tmp_path / "vmm.o"])


def test_the_names_of_the_page_are_the_librarys() -> None:
    names = set(re.findall(r"\b(?:lightexit_\w+(?=\()|LIGHTEXIT_ERROR_\w+)", PAGE))
    assert len(names) > 10
    assert not {name for name in names if not re.search(rf"\b{name}\b", HEADER)}


def test_the_limits_of_the_page_are_the_loaders() -> None:
    found = dict(re.findall(r"^#define MOST_(\w+) +\(?(\d+)", LIMITS, re.M))
    for text in (
        f"{found['CLIENTS_OF_PROCESS']} connections a process, {found['CLIENTS_OF_USER']} a user, "
        f"{found['CLIENTS']} in all",
        f"{found['OBJECTS']} objects and {found['BYTES']} MiB for a process",
        f"{found['PROCESSES_OF_USER']} such processes a user",
        f"hangs up after {found['IDLE_S']} s",
    ):
        assert text in PAGE, text


def test_the_sentences_of_the_page_are_said() -> None:
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "lib/src").glob("*.c"))
    said = re.sub(r'"\s*\n?\s*"', "", sources)
    (table,) = re.findall(r"\| code \| sentence begins with \|\n\|[-|]+\|\n(.*?)\n\n", PAGE, re.S)
    for row in table.splitlines():
        sentence = row.strip("| ").split(" | ")[-1]
        for part in re.split(r"\b(?:PATH|NAME)\b|, (?=does not open)|: No such.*?: ", sentence):
            if part.strip() and not part.startswith("what it is"):
                assert part.strip() in said, part
