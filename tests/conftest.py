# SPDX-License-Identifier: Apache-2.0
"""Options of the whole suite: `--long`, all of it; `--update-golden`, golden files anew."""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

import scale
from caches import keep_bytecode, use_own

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden/ anew")
    parser.addoption("--long", action="store_true", help="all tests, each with all its cases")


def pytest_configure(config: pytest.Config) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell's background jobs have it
        signal.signal(signal.SIGINT, signal.default_int_handler)  # commands under test inherit it
    scale.is_long = config.getoption("--long")
    if not scale.is_long:
        settings.register_profile("short", max_examples=scale.EXAMPLES)
        settings.load_profile("short")
    keep_bytecode()
    if not hasattr(config, "workerinput"):  # a worker has the environment of who started it
        config.add_cleanup(use_own().cleanup)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `long`, unless asked for."""
    if not scale.is_long:
        left_out = [item for item in items if item.get_closest_marker("long")]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


def pytest_collection_finish() -> None:
    gc.freeze()  # the tests themselves stay to the end: no collection need look at them


@pytest.hookimpl(optionalhook=True)  # pytest-xdist may be missing
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    from groups import Scheduler

    return Scheduler(config, log)


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
