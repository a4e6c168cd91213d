# SPDX-License-Identifier: Apache-2.0
"""The Debian packages agree with the tree; what the release compares, and how it describes itself.

The packages themselves are built and tried by `make release` (tools/debian.py).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
DEBIAN = ROOT / "debian"
SPDX = re.compile(
    r"SPDX-License-Identifier: ([A-Za-z0-9.\- ]+?)(?: \*/| -->|\\n|\")?$", re.MULTILINE
)


def _stanzas() -> Iterator[tuple[list[str], str]]:
    """Patterns and licence of each paragraph on files."""
    text = (DEBIAN / "copyright").read_text().replace(" or ", " OR ").replace(" with ", " WITH ")
    for files, licence in re.findall(r"^Files: (.+)\n.+\nLicense: (.+)$", text, re.MULTILINE):
        yield files.split(), licence.removesuffix(" exception")


def _sources() -> list[Path]:
    found = [
        path for place in ("kernel", "lib", "src", "loader") for path in (ROOT / place).rglob("*")
    ]
    return [
        path for path in found if path.suffix in (".c", ".h", ".py") and "build" not in path.parts
    ]


def test_debians_copyright_says_what_the_files_say() -> None:
    stanzas = list(_stanzas())
    wrong = []
    for path in _sources():
        name = str(path.relative_to(ROOT))
        fits = [licence for files, licence in stanzas if any(fnmatch(name, each) for each in files)]
        said = SPDX.search(path.read_text("utf-8")[:500])
        if said is None or said[1] != fits[-1]:
            wrong.append((name, said and said[1], fits[-1]))
    assert len(stanzas) > 2
    assert wrong == []


@pytest.mark.parametrize("file", sorted(DEBIAN.glob("*.install")), ids=lambda path: path.name)
def test_what_is_installed_from_the_tree_is_there(file: Path) -> None:
    for line in file.read_text().splitlines():
        source = line.split()[0]
        assert source.startswith("usr/") or list(ROOT.glob(source)), line


def test_dkms_has_all_that_the_module_is_built_of() -> None:
    patterns = [
        line.split()[0] for line in (DEBIAN / "lightexit-dkms.install").read_text().splitlines()
    ]
    objects = re.search(
        r"^lightexit-y := (.+)$", (ROOT / "kernel/Kbuild").read_text(), re.MULTILINE
    )
    assert objects
    needed = [f"kernel/{name.replace('.o', '.c')}" for name in objects[1].split()]
    needed += ["kernel/Kbuild", "kernel/Makefile", "kernel/attachment.h", "kernel/compat.h"]
    assert [
        each for each in needed if not any(fnmatch(each, pattern) for pattern in patterns)
    ] == []
    assert "kernel/uapi" in patterns


def _with_tools(code: str, *arguments: Path) -> str:
    """What a program that imports tools/ prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "tools"), *sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_two_builds_are_compared_byte_by_byte(tmp_path: Path) -> None:
    for name, files in {"first": "abc", "second": "abd"}.items():
        (tmp_path / name).mkdir()
        for file in files:
            (tmp_path / name / file).write_text(f"{file == 'b' and name}")
    code = """
import sys; from pathlib import Path; from twice import differing
print(*differing(*(Path(each).iterdir() for each in sys.argv[1:])))
"""
    assert _with_tools(code, tmp_path / "first", tmp_path / "second") == "b c d\n"


@pytest.mark.skipif(find_spec("cyclonedx") is None, reason="cyclonedx-python-lib is not installed")
def test_the_bill_of_materials_names_files_and_what_they_need(tmp_path: Path) -> None:
    wheel = tmp_path / "lightexit-1.0-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        needs = (
            "Requires-Dist: llvmlite<1\nRequires-Dist: rich; extra == 'cli'\nRequires-Dist: ruff\n"
        )
        archive.writestr("lightexit-1.0.dist-info/METADATA", needs)
    (tmp_path / "lightexit_1.0_amd64.changes").write_text("when and where")
    code = "import sys; from pathlib import Path; import sbom; sbom.write(Path(sys.argv[1]), '1.0')"
    texts = []
    for _ in range(2):
        _with_tools(code, tmp_path)
        texts.append((tmp_path / "lightexit-1.0.cdx.json").read_text())
    assert texts[0] == texts[1]
    bom = json.loads(texts[0])
    named = {each["bom-ref"]: each for each in bom["components"]}
    assert {wheel.name, "llvmlite", "rich", "pygments"} <= set(named)
    assert not {"ruff", "lightexit_1.0_amd64.changes"} & set(named)
    assert named["llvmlite"]["scope"] == "required"
    assert named["pygments"]["scope"] == "optional"
    assert named["rich"]["purl"].startswith("pkg:pypi/rich@")


def test_the_source_distribution_has_no_links_to_folders() -> None:
    """hatchling takes a folder once: where it comes by a link first, it is missing in its place."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    left_out = project["tool"]["hatch"]["build"]["targets"]["sdist"]["exclude"]
    folders = [
        each
        for each in ROOT.iterdir()
        if each.is_dir() and each.name[0] != "." and f"/{each.name}" not in left_out
    ]
    found = [path for folder in folders for path in folder.rglob("*") if path.is_symlink()]
    assert not [path for path in found if path.is_dir()]
