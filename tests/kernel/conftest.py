# SPDX-License-Identifier: Apache-2.0
"""Tests of `inside/` run in the rig: one boot for all of them, and each reported as a test here.

Inside the rig (LIGHTEXIT_RIG is set) they are ordinary tests, whose reports go to the shared
folder as they come: what a panic takes with it is missing there, and fails.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kernel import debug, device_filters, rig, signed, upstream
from kernel.apt import Unavailable
from kernel.kernels import DEBUG, fetch

INSIDE = Path(__file__).parent / "inside"
SHARED = os.environ.get("LIGHTEXIT_RIG")
DEFAULT_KERNEL = "6.1"
#: Of all tests, and of one.
_BOOT_S = {DEBUG: 3600}
_ALARM_S = debug.patience(120)


def pytest_addoption(parser: pytest.Parser) -> None:
    series = "series of the rig's kernel: 6.1, 6.12, newest, newest-rt, debug"
    parser.addoption("--host-kernel", default=DEFAULT_KERNEL, help=series)
    parser.addoption("--append", default="", help="arguments for the rig's kernel")


def pytest_configure(config: pytest.Config) -> None:
    asked = ("--host-kernel", DEFAULT_KERNEL), ("--append", "")
    for option, usual in asked:
        if not config.getoption("--long", False) and config.getoption(option, usual) != usual:
            raise pytest.UsageError(f"{option} is for tests that run with --long only: add it")


@dataclass(frozen=True)
class Run:
    """All that one boot gave: reports by test, or why there was none."""

    reports: dict[str, dict[str, str]]
    result: rig.Result | None
    unavailable: str = ""
    broken: str = ""


class RigItem(pytest.Item):
    """A test that runs in the rig."""

    def runtest(self) -> None:
        run = boot(self.session)
        if run.unavailable:
            pytest.skip(run.unavailable)
        report = run.reports.get(_test(self))
        if report is None:
            raise NotReported(run)
        if report["outcome"] == "skipped":
            pytest.skip(report["text"])
        if report["outcome"] != "passed":
            raise FailedInside(report["text"])

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        if isinstance(excinfo.value, FailedInside | NotReported):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)


class FailedInside(Exception):  # noqa: N818 - the text says it all
    """What the test said inside."""


class NotReported(Exception):  # noqa: N818 - the text says it all
    """The kernel, or pytest in it, did not get so far."""

    def __init__(self, run: Run) -> None:
        result = run.result
        said = f"exit status {result.status}\n{result.output}\n{result.console}" if result else ""
        super().__init__(f"no report from the rig: {run.broken}{said}")


def _test(item: RigItem) -> str:
    """What the rig knows it by: xdist appends the name of its group."""
    return item.nodeid.removesuffix("@kernel")


_run = pytest.StashKey[Run]()


def boot(session: pytest.Session) -> Run:
    """Run all tests of `inside/` that this session selected; once."""
    if _run not in session.stash:
        # What is broken is not tried again for each test: all of them say it.
        try:
            session.stash[_run] = _boot(session)
        except (RuntimeError, subprocess.SubprocessError) as error:
            session.stash[_run] = Run({}, None, broken=str(error))
    return session.stash[_run]


def _boot(session: pytest.Session) -> Run:
    items = [_test(item) for item in session.items if isinstance(item, RigItem)]
    # Only what tests need: plugins take 14 s to load in emulation.
    arguments = ["-q", "--long", "-p", "no:cacheprovider", "--tb=short", *items]
    command = shlex.join([sys.executable, "-m", "pytest", *arguments])
    log = "dmesg --level=emerg,alert,crit,err,warn > /run/rig/log"
    last = shlex.join([sys.executable, "-m", "kernel.inside.last"])
    script = f"{rig.environment()}{command}\nstatus=$?\n{last}\n{log}\nexit $status\n"
    series = session.config.getoption("--host-kernel", DEFAULT_KERNEL)
    try:
        result = rig.run(
            script,
            series=series,
            timeout_s=_BOOT_S.get(series, 900),
            append=session.config.getoption("--append", ""),
            files=_carried(items, series),
        )
    except Unavailable as reason:
        return Run({}, None, f"no rig: {reason}")
    lines = [json.loads(line) for line in result.reports.splitlines()]
    return Run({line["test"]: line for line in lines}, result)


def _carried(items: list[str], series: str) -> dict[str, str | bytes]:
    """What these tests want to have been compiled."""
    from kernel import signed_filters  # and with it the compiler, which the rig does without

    files: dict[str, str | bytes] = {device_filters.FILE: device_filters.describe()}
    if any("test_signed" in item for item in items):
        files[signed.FILE] = signed_filters.describe()
    if any("test_upstream" in item for item in items):
        files |= upstream.files(fetch(series))
    if any("test_payload" in item for item in items):
        from examples.nvme.device import ring

        assert ring.report.accepted  # and is in the cache
    return files


@pytest.fixture
def rig_run(request: pytest.FixtureRequest) -> Run:
    """The boot that ran the tests of `inside/`."""
    run = boot(request.session)
    if run.unavailable:
        pytest.skip(run.unavailable)
    if run.broken:
        pytest.fail(run.broken)
    return run


if SHARED is None:

    @pytest.hookimpl(wrapper=True)
    def pytest_pycollect_makeitem(
        collector: pytest.Module | pytest.Class, name: str, obj: object
    ) -> Generator[None, Any, Any]:
        made = yield
        if not collector.path.is_relative_to(INSIDE) or not isinstance(made, list):
            return made
        items = [RigItem.from_parent(collector, name=item.name) for item in made]
        for item in items:
            item.add_marker(pytest.mark.long)
        return items

else:
    import signal

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol() -> Generator[None, Any, Any]:
        # A halted guest with its interrupt controller in the kernel never comes back.
        signal.signal(signal.SIGALRM, _give_up)
        signal.alarm(_ALARM_S)
        try:
            return (yield)
        finally:
            signal.alarm(0)

    def _give_up(number: int, frame: object) -> None:
        raise TimeoutError(f"the test took longer than {_ALARM_S} s")

    def pytest_runtest_logreport(report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            text = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
            line = {"test": report.nodeid, "outcome": report.outcome, "text": str(text)}
            with Path(str(SHARED), "reports").open("a") as file:
                file.write(json.dumps(line) + "\n")
