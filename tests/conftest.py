# SPDX-License-Identifier: Apache-2.0
"""Options of the whole suite: `--long`, all of it; `--update-golden`, golden files anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import scale
from caches import use_own

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden/ anew")
    parser.addoption("--long", action="store_true", help="all tests, each with all its cases")


def pytest_configure(config: pytest.Config) -> None:
    scale.is_long = config.getoption("--long")
    if not hasattr(config, "workerinput"):  # a worker has the environment of who started it
        config.add_cleanup(use_own().cleanup)


#: Folders of tests that share a boot or a build, or measure time, each in one process.
_TOGETHER = ("kernel", "vm/kvm", "vmm_c")
#: Files of many long tests that need nothing of each other.
_APART = ("compiler/test_agreement.py", "laws/")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `long`, unless asked for; put what stays into groups."""
    if not scale.is_long:
        left_out = [item for item in items if item.get_closest_marker("long")]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)
    _put_into_groups(items)


def _put_into_groups(items: list[pytest.Item]) -> None:
    """What one process runs where `make test` starts several: a file, as a rule."""
    for item in items:
        place = item.path.relative_to(HERE).as_posix()
        if not place.startswith(_APART):
            group = next((name for name in _TOGETHER if place.startswith(name)), place)
            item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with a file below tests/golden/."""
    update = request.config.getoption("--update-golden")

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        assert path.exists(), f"{path} is missing: write it with --update-golden"
        assert text == path.read_text()

    return compare
