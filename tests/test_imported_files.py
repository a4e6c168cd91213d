# SPDX-License-Identifier: Apache-2.0
"""Files that users name, imported: what stands beside them, and what they leave behind."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lightexit.errors import AuthorError
from lightexit.imports import import_file


def test_a_file_imports_one_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "beside_lamp.py").write_text("LEVEL = 3\n")
    (tmp_path / "uses_lamp.py").write_text("from beside_lamp import LEVEL\n")
    before = list(sys.path)
    assert import_file(tmp_path / "uses_lamp.py").LEVEL == 3
    assert sys.path == before
    monkeypatch.delitem(sys.modules, "beside_lamp")


def test_what_is_installed_comes_first(tmp_path: Path) -> None:
    (tmp_path / "colorsys.py").write_text("raise RuntimeError('not this one')\n")
    (tmp_path / "uses_colours.py").write_text("import colorsys\nname = colorsys.__name__\n")
    assert import_file(tmp_path / "uses_colours.py").name == "colorsys"


def test_a_file_that_raises_leaves_the_path_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text("import missing_lamp\n")
    before = list(sys.path)
    with pytest.raises(AuthorError, match="No module named 'missing_lamp'"):
        import_file(tmp_path / "wrong.py")
    assert sys.path == before


def test_what_a_file_does_to_the_path_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "paths.py").write_text("import sys\nsys.path.insert(0, 'of the file')\n")
    before = list(sys.path)
    import_file(tmp_path / "paths.py")
    assert sys.path == ["of the file", *before]
