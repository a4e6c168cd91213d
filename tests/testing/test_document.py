# SPDX-License-Identifier: Apache-2.0
"""docs/testing.md: its files are run as they stand, its table and its message are what they are."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from lightexit.testing import LAWS, LawBroken, search

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/testing.md").read_text()
FILES = dict(re.findall(r"```python\n# (\w+\.py)\n(.*?)```", PAGE, re.DOTALL))
#: Few examples: what is asked here is whether the page's code runs.
PROFILE = """
from hypothesis import settings
settings.register_profile("page", max_examples=2, derandomize=True, database=None)
settings.load_profile("page")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The files of the page."""
    folder = tmp_path_factory.mktemp("page")
    for name, text in FILES.items():
        (folder / name).write_text(f"# {name}\n{text}")
    (folder / "conftest.py").write_text(PROFILE)
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
    for name in FILES:
        sys.modules.pop(name.removesuffix(".py"), None)


def test_the_table_has_all_laws() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE, re.MULTILINE)
    assert rows == [(law.name, law.says) for law in LAWS.values()]


def test_all_tests_of_the_page_pass(folder: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    environment = {"PYTHONPATH": str(ROOT / "src"), "XDG_CACHE_HOME": str(folder / "cache")}
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    last = ran.stdout.strip().splitlines()[-1]
    assert ran.returncode == 0, ran.stdout
    passed, skipped = (
        int(found[1]) if (found := re.search(rf"(\d+) {what}", last)) else 0
        for what in ("passed", "skipped")
    )
    classes, functions = (len(re.findall(each, PAGE)) for each in (r"\(DeviceLaws\)", "\ndef test"))
    assert passed + skipped == classes * len(LAWS) + functions


def test_the_message_is_what_the_mistake_gives(folder: Path) -> None:
    (message,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    wrong = importlib.import_module("wrong").WrongTicks
    with pytest.raises(LawBroken):
        search(wrong, "transparent", terms=settings(derandomize=True, phases=[Phase.generate]))
    names: dict[str, object] = {}
    exec(re.sub(r"^    ", "", message[message.index("    def test_") :], flags=re.MULTILINE), names)
    with pytest.raises(LawBroken) as caught:
        names["test_wrongticks_transparent"]()  # type: ignore[operator]
    assert str(caught.value).replace(f"{folder}/", "") == message
