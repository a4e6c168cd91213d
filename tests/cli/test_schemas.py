# SPDX-License-Identifier: Apache-2.0
"""What `--json` writes is what its schema says, field by field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.test_several import MIXED
from lightexit.cli import schemas
from lightexit.cli.app import app
from vm.boot.build import kernel

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed (extra dev)")


def lightexit(*words: str | Path, status: int = 0) -> str:
    result = CliRunner().invoke(app, [*map(str, words)])
    assert result.exit_code == status, result.output
    return result.stdout


def schema(command: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(lightexit("schema", command))
    return found


def closed(part: Any) -> Any:
    """The schema without what it allows later versions: fields that it does not name."""
    if isinstance(part, list):
        return [closed(each) for each in part]
    if not isinstance(part, dict):
        return part
    own = {name: closed(value) for name, value in part.items()}
    named = part.get("type") == "object" and "properties" in part
    return {"additionalProperties": False} | own if named else own


def check(document: Any, command: str) -> None:
    jsonschema.Draft202012Validator(closed(schema(command))).validate(document)


@pytest.mark.parametrize("command", schemas.CommandSchema)
def test_a_schema_is_one_and_has_the_number_of_its_documents(command: str) -> None:
    read = schema(command)
    jsonschema.Draft202012Validator.check_schema(read)
    assert read["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert read["$id"] == read["properties"]["schema"]["const"]
    assert read["$id"].startswith(f"urn:lightexit:{command}:")


def test_every_schema_is_reachable() -> None:
    files = Path(schemas.__file__).parent.glob("*.json")
    ids = {json.loads(each.read_text())["$id"] for each in files}
    assert ids == {schema(command)["$id"] for command in schemas.CommandSchema}


def test_reports(tmp_path: Path) -> None:
    path = tmp_path / "mixed.py"
    path.write_text(MIXED)
    document = json.loads(lightexit("verify", "--json", "--trace", path, status=1))
    check(document, "verify")
    assert len(document["programs"]) == 3


@pytest.mark.parametrize("text", ["r0 = 0\nexit\n", "r0 = r5\nexit\n", "r0 = 1\nexit\n"])
def test_reports_of_bytecode(text: str, tmp_path: Path) -> None:
    path = tmp_path / "text.s"
    path.write_text(text)
    status = 0 if text.startswith("r0 = 0") else 1
    check(json.loads(lightexit("verify", "--json", path, status=status)), "verify")


def test_proofs(tmp_path: Path) -> None:
    pytest.importorskip("z3", reason="z3 is not installed (extra prove)")
    path = tmp_path / "mixed.py"
    path.write_text(MIXED)
    check(json.loads(lightexit("prove", "--json", path, status=1)), "prove")
    check(json.loads(lightexit("prove", "--json", "port92")), "prove")
    built = json.loads(lightexit("build", "--json", "port92", "-o", tmp_path / "out"))
    check(built, "build")
    assert built["filters"][0]["proved"]["paths"] == 3


@pytest.mark.parametrize("subject", ["pit", "examples/counter/src/counter/device.py"])
def test_builds(subject: str, tmp_path: Path) -> None:
    document = json.loads(lightexit("build", "--json", subject, "-o", tmp_path / "out"))
    check(document, "build")
    assert {each["name"] for each in document["files"]} == {
        each.name for each in (tmp_path / "out").iterdir()
    }


@pytest.mark.parametrize("subject", ["pit", "examples/counter/src/counter/device.py"])
def test_explanations(subject: str) -> None:
    check(json.loads(lightexit("explain", "--json", subject)), "explain")


def test_explanations_of_several(tmp_path: Path) -> None:
    path = tmp_path / "mixed.py"
    path.write_text(MIXED)
    document = json.loads(lightexit("explain", "--json", path, status=1))
    check(document, "explain")
    assert len(document["filters"]) == 3


@pytest.mark.parametrize("options", [[], ["--compare"], ["--no-filters"]])
def test_figures(options: list[str], tmp_path: Path) -> None:
    (tmp_path / "kernel").write_bytes(kernel("flat"))
    figures = tmp_path / "run.json"
    lightexit("run", "--kernel", tmp_path / "kernel", "--json", figures, *options)
    check(json.loads(figures.read_text()), "run")


@pytest.mark.parametrize(
    "wrong",
    [
        {"programs": []},
        {"schema": "urn:lightexit:verify:2"},
        {"more": 1},
        {"programs": [{"program": "f", "verdict": "accepted", "accepted": True, "error": None}]},
    ],
)
def test_what_is_wrong_is_found(wrong: dict[str, Any]) -> None:
    right = json.loads(lightexit("verify", "--json", "examples/counter/src/counter/device.py"))
    check(right, "verify")
    with pytest.raises(jsonschema.ValidationError):
        check(right | wrong, "verify")
