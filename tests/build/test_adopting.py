# SPDX-License-Identifier: Apache-2.0
"""The page for authors of VMMs: its C compiles, and its functions and errors are the library's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from build.built import INCLUDE, WARNINGS, compile_c
from lib.native import MISSING

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/adopting.md").read_text("utf-8")
HEADER = (ROOT / "lib/include/liblightexit.h").read_text("utf-8")


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
def test_the_c_of_the_page_compiles(tmp_path: Path) -> None:
    (code,) = re.findall(r"```c\n(.*?)```", PAGE, re.DOTALL)
    source = tmp_path / "exit.c"
    source.write_text(
        f"{code}\nbool used(struct lightexit_vcpu *v, struct kvm_run *r);\n"
        "bool used(struct lightexit_vcpu *v, struct kvm_run *r)\n"
        "{\n\treturn answered(v, r);\n}\n"
    )
    compile_c(["gcc", "-std=c11", *WARNINGS, *INCLUDE, "-c", source, "-o", tmp_path / "exit.o"])


def test_the_names_of_the_page_are_the_librarys() -> None:
    names = set(re.findall(r"\b(?:lightexit_\w+(?=\()|LIGHTEXIT_ERROR_\w+)", PAGE))
    assert len(names) > 10
    assert not {name for name in names if not re.search(rf"\b{name}\b", HEADER)}
