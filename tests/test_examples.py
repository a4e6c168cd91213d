# SPDX-License-Identifier: Apache-2.0
"""The examples compile, are proved safe, and do on every engine what they do in CPython; the
packages among them do what their pages say."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from claim.device import ClaimState, claim
from counter.device import CounterState, read_counter
from doorbell.filter import DoorbellState, notify
from examples.nvme import device as nvme
from lightexit.abi import IoContext, StateMemory, Struct, Verdict
from lightexit.engine.api import Engine
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.engine.native import NativeEngine
from lightexit.filter import Filter
from scale import full
from timer.device import TimerState, read_left
from timer.gate import GateState, read_control

ROOT = Path(__file__).parents[1]
PACKAGES = ("counter", "claim", "doorbell", "timer")


@dataclass(frozen=True)
class Example:
    """A filter, the states it takes, and what its register is."""

    filter: Filter[Any]
    states: tuple[type[Struct], ...]
    offset: int
    size: int
    is_write: bool


EXAMPLES = (
    Example(read_counter, (CounterState,), 8, 4, False),
    Example(claim, (ClaimState,), 4, 4, False),
    Example(notify, (DoorbellState,), 0x50, 4, True),
    Example(read_left, (TimerState,), 0, 4, False),
    Example(read_control, (GateState, TimerState), 0, 1, False),
    Example(nvme.ring, (nvme.NvmeState,), nvme.DOORBELLS, 4, True),
)


def kernel_engine() -> Engine:
    from lightexit.engine.kernel import KernelEngine, available

    reason = available()
    if reason is not None:
        pytest.skip(f"the kernel cannot be asked: {reason}")
    return KernelEngine()


ENGINES: dict[str, Callable[[], Engine]] = {
    "interpreter": InterpreterEngine,
    "native": NativeEngine,
    "kernel": kernel_engine,
}


def accesses(example: Example, count: int) -> Iterator[tuple[IoContext, list[StateMemory[Any]]]]:
    """Random accesses, mostly of the example's register, on random states."""
    source = random.Random(7)
    for _ in range(count):
        context = IoContext()
        near = source.random() < 0.8
        context.offset = example.offset if near else source.randrange(128)
        context.size = example.size if near else source.choice([1, 2, 4])
        context.is_write = example.is_write if near else source.random() < 0.5
        context.data = source.choice([0, 1, 5, 7, 8, 2**32 - 1]) if context.is_write else 0
        context.now_ns = source.randrange(2**63)
        context.vcpu = source.choice([0, 1, 3, 4])
        yield context, [random_state(kind, source) for kind in example.states]


def random_state(kind: type[Struct], source: random.Random) -> StateMemory[Any]:
    memory = StateMemory(kind)
    state = memory.state
    state.buffer[:] = source.randbytes(kind.layout.size)
    if isinstance(state, DoorbellState):
        for queue in state.queues:
            queue.asleep = source.random() < 0.5
    return memory


def plain(example: Example, context: IoContext, states: list[StateMemory[Any]]) -> int:
    """The filter as plain Python."""
    return example.filter(context, *(memory.state for memory in states))


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.filter.name)
def test_an_example_does_what_python_says(example: Example, engine_name: str) -> None:
    loaded = example.filter.load(ENGINES[engine_name]()).code
    verdicts = set()
    for (ours, our_states), (theirs, their_states) in zip(
        accesses(example, 300), accesses(example, 300), strict=True
    ):
        expected = plain(example, ours, our_states)
        verdicts.add(expected)
        assert loaded.run(theirs, their_states) == expected
        if expected == Verdict.HANDLED:
            assert theirs == ours
            assert [bytes(m.state) for m in their_states] == [bytes(m.state) for m in our_states]
    assert verdicts == {Verdict.PASS, Verdict.HANDLED}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.filter.name)
def test_what_the_verifier_learned(example: Example) -> None:
    report = example.filter.report
    assert report.accepted
    assert report.reads_clock != report.writes_state
    assert report.writes_state == (example.filter in (claim, notify, nvme.ring))
    assert 0 < report.cost < 100


@pytest.fixture(params=PACKAGES)
def package(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy, whose tests take few examples, and which is as good as installed where `src` is on
    the path."""
    name = str(request.param)
    folder = tmp_path / name
    shutil.copytree(ROOT / "examples" / name, folder)
    for each in (folder / "tests" / f"test_{name}.py", folder / "README.md"):
        text = each.read_text("utf-8").replace("--examples 10", f"--examples {full(10)}")
        each.write_text(text.replace("max_examples=20", f"max_examples={full(20)}"), "utf-8")
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    installed = folder / f"src/{project['name']}-{project['version']}.dist-info"
    installed.mkdir()
    about = ("Metadata-Version: 2.1", *(f"{key}: {project[key]}" for key in ("name", "version")))
    (installed / "METADATA").write_text("\n".join(about))
    entries = (
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in offers.items())
        for group, offers in project["entry-points"].items()
    )
    (installed / "entry_points.txt").write_text("".join(entries))
    return folder


def said_in(package: Path, command: str, path: str) -> str:
    """What a shell prints for a command that ends well, in the package's folder."""
    programs = package.parent / "programs"
    programs.mkdir(exist_ok=True)
    (programs / "lightexit").write_text(f'#!/bin/sh\nexec {sys.executable} -m lightexit "$@"\n')
    (programs / "lightexit").chmod(0o755)
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": path}
    ran = subprocess.run(
        ["sh", "-c", command],
        cwd=package,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout
    return ran.stdout


def as_shown(text: str, has_figures: bool) -> str:
    """For comparison; figures differ from run to run, and with them the widths of columns."""
    return " ".join(re.sub(r"\b\d[\d,.]*", "N", text).split()) if has_figures else text


def test_the_page_of_a_package_is_true(package: Path) -> None:
    pytest.importorskip("unicorn")
    page = (package / "README.md").read_text("utf-8")
    for has_figures, block in re.findall(r"```console( figures)?\n(.*?)```", page, re.DOTALL):
        for command, shown in re.findall(r"\$ (.*)\n((?:(?!\$ ).*\n)*)", block):
            said = said_in(package, command, f"{ROOT / 'src'}:{package / 'src'}")
            assert as_shown(said, bool(has_figures)) == as_shown(shown, bool(has_figures))


def test_the_tests_of_a_package_pass(package: Path) -> None:
    command = f"{sys.executable} -m pytest -q -p no:cacheprovider"
    assert "failed" not in said_in(package, command, str(ROOT / "src"))


@pytest.mark.long
def test_a_package_is_typed_and_tidy(package: Path) -> None:
    for tool in (
        "mypy",
        "ruff check --select E,F,W,I,N,UP,B,SIM,RET,RUF,PT .",
        "ruff format --check .",
    ):
        pytest.importorskip(tool.split()[0], reason="not installed (extra dev)")
        said_in(package, f"MYPYPATH={ROOT / 'src'} {sys.executable} -m {tool}", str(ROOT / "src"))
