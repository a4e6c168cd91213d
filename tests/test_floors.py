# SPDX-License-Identifier: Apache-2.0
"""The architecture: a folder imports itself and lower floors; heavy parts stay in their corner."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "lightexit"
FLOORS = (
    {"errors", "cache", "shown", "__init__"},
    {"isa", "abi", "extras", "files"},
    {"imports", "pages"},
    {"plugins"},
    {"compiler", "verifier", "engine"},
    {"diagnosis", "runtime"},
    {"filter"},
    {"program_filter"},
    {"bus"},
    {"devices"},
    {"vm", "prover"},
    {"targets"},
    {"rigs"},
    {"build", "explain", "measure", "trace"},
    {"testing"},
    {"cli"},
    {"__main__"},
)
FLOOR_OF = {name: number for number, names in enumerate(FLOORS) for name in names}
#: The stages of the compiler, likewise.
STAGES = (
    {"typed"},
    {"source"},
    {"caching", "inference", "lowering"},
    {"syntax", "backend"},
    {"__init__"},
)
STAGE_OF = {name: number for number, names in enumerate(STAGES) for name in names}
CORNERS = {
    "llvmlite": {"compiler/backend", "engine/native"},
    "unicorn": {"vm/unicorn.py", "vm/unicorn"},
    "rich": {"cli"},
    "typer": {"cli"},
    "pyarrow": {"trace/recording"},
    "duckdb": {"trace/report"},
    "jinja2": {"pages"},
    "matplotlib": {"pages"},
    "fcntl": {"vm/kvm", "abi/shared.py"},
    "prometheus_client": {"trace/metrics"},
    "hypothesis": {"testing"},
    "pytest": {"testing"},
    "distributed": {"testing/campaign"},
    "z3": {"prover"},
}
MODULES = sorted(SOURCE.rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Every module that a file imports anywhere, other than for type checking."""
    found: set[str] = set()
    tree = ast.parse(path.read_text())
    skipped = {
        id(part) for node in ast.walk(tree) if _is_type_checking(node) for part in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _is_type_checking(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    )


def folder(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_go_downwards(path: Path) -> None:
    own = folder(path)
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "lightexit" or len(parts) < 2 or parts[1] not in FLOOR_OF:
            continue
        assert parts[1] == own or FLOOR_OF[parts[1]] < FLOOR_OF[own], f"{own} imports {name}"


@pytest.mark.parametrize(
    "path", [*(SOURCE / "compiler").rglob("*.py")], ids=lambda path: str(path.relative_to(SOURCE))
)
def test_the_compilers_stages_import_downwards(path: Path) -> None:
    own = path.relative_to(SOURCE).parts[1].removesuffix(".py")
    for name in imports(path):
        parts = name.split(".")
        if parts[:2] != ["lightexit", "compiler"] or len(parts) < 3:
            continue
        assert parts[2] == own or STAGE_OF[parts[2]] < STAGE_OF[own], f"{own} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_back_end_keeps_its_dependency_to_itself(path: Path) -> None:
    here = path.relative_to(SOURCE).as_posix()
    for name in imports(path):
        allowed = CORNERS.get(name.split(".")[0])
        assert allowed is None or any(here == a or here.startswith(a + "/") for a in allowed), (
            f"{here} imports {name}"
        )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_file_states_its_licence(path: Path) -> None:
    assert path.read_text().startswith("# SPDX-License-Identifier: Apache-2.0\n")


def test_importing_the_authors_page_is_light() -> None:
    code = (
        "import sys, lightexit.filter;"
        "heavy = ('llvmlite', 'unicorn', 'rich', 'typer');"
        "print([name for name in heavy if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_a_class_name_means_one_thing() -> None:
    """Words of one module may be another's only where a leading underscore keeps them there."""
    places: dict[str, list[str]] = {}
    for path in MODULES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(str(path.relative_to(SOURCE)))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
