# SPDX-License-Identifier: Apache-2.0
"""`lightexit check --cluster`: a scheduler of Dask and its workers, as processes of their own."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lightexit.errors import HostError
from lightexit.testing.campaign import (
    CampaignPlan,
    CampaignResult,
    Pace,
    plan_for,
    run_here,
    run_share,
)
from lightexit.testing.campaign import cluster as cluster_module
from lightexit.testing.campaign.cluster import run_on_cluster
from lightexit.testing.campaign.remote import job_maker, run_job
from lightexit.testing.named import subject_named
from testing.test_check import LAMPS

pytest.importorskip("distributed", reason="distributed is not installed (extra cluster)")

TARGET, TORN = "lamps.py:Dim,level=3", "lamps.py:Torn,level=3"
SOURCE = Path(__file__).parents[2] / "src"
HIDDEN = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "lightexit":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Hidden())
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: name != "lightexit" and found(name, *rest)
"""


@dataclasses.dataclass
class Processes:
    """A scheduler, and workers in a folder of their own, where no device is."""

    address: str
    folder: Path
    stack: contextlib.ExitStack
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = dataclasses.field(default_factory=list)

    def worker(self, path: Path = SOURCE, threads: int = 1) -> None:
        words = ["--nthreads", str(threads), "--no-nanny", "--no-dashboard"]
        place = self.folder / f"worker{len(self.workers)}"
        place.mkdir()
        words += ["--local-directory", str(place), self.address]
        self.workers.append(started("worker", words, place, path, self.stack))

    def wait_for(self, count: int) -> None:
        from distributed import Client

        with Client(self.address, timeout=30, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=60)


def started(
    what: str, words: list[str], folder: Path, path: Path, stack: contextlib.ExitStack
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *words]
    environment = {**os.environ, "PYTHONPATH": str(path)}
    log = stack.enter_context((folder / f"{what}.log").open("wb"))
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    stack.callback(process.wait)
    stack.callback(process.kill)
    return process


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    with contextlib.ExitStack() as stack:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        folder = tmp_path / "cluster"
        folder.mkdir()
        words = ["--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
        scheduler = started("scheduler", words, folder, SOURCE, stack)
        yield Processes(f"tcp://127.0.0.1:{port}", folder, stack, scheduler)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lamps.py").write_text(LAMPS)
    subject_named.cache_clear()
    return tmp_path


def plan(*laws: str, examples: int = 100, **more: Any) -> CampaignPlan:
    return plan_for(subject_named(TARGET), 1, examples, laws, **more)


def told(result: CampaignResult) -> Any:
    """All but the times."""
    laws = {name: (law.examples, law.shares, law.finding) for name, law in result.laws.items()}
    return laws, result.coverage, result.ended_by


def test_no_scheduler(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "_PATIENCE_S", 0.5)
    with socket.socket() as nobodys:
        nobodys.bind(("127.0.0.1", 0))
        address = "tcp://{}:{}".format(*nobodys.getsockname())
        with pytest.raises(HostError, match="no scheduler of Dask answers at") as caught:
            run_on_cluster(address, TARGET, plan("transparent"), Pace())
    assert "expected: the address that `dask scheduler` has printed" in str(caught.value)
    with pytest.raises(HostError, match="no scheduler of Dask answers at nowhere"):
        run_on_cluster("nowhere", TARGET, plan("transparent"), Pace())


def test_a_job_has_the_file_and_messages_name_the_one_that_was_sent(folder: Path) -> None:
    share = next(plan("answers").shares())
    expected = run_share(TORN, share).finding
    job = job_maker(TORN)(share)
    (folder / "lamps.py").unlink()
    assert expected is not None
    assert run_job(job).finding == expected
    text = "import os\nos._exit(3)\n"
    ends = dataclasses.replace(job, target="ends.py:Dim", file="ends.py", text=text)
    with pytest.raises(HostError, match=r"\(answers\) of ends.py:Dim has ended with 3"):
        run_job(ends)


@pytest.mark.long
def test_no_workers_and_workers_that_are_no_use(
    folder: Path, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(HostError, match="has no workers") as caught:
        run_on_cluster(processes.address, TARGET, plan("transparent"), Pace())
    assert f"help: dask worker {processes.address}" in str(caught.value)
    processes.worker()
    processes.wait_for(1)
    with monkeypatch.context() as patch:
        other = {"Python": sys.version.split()[0], "lightexit": "9.9", "hypothesis": ""}
        patch.setattr(cluster_module, "versions", lambda: other)
        with pytest.raises(HostError, match=r"has lightexit .*, and here it is 9\.9"):
            run_on_cluster(processes.address, TARGET, plan("transparent"), Pace())
    hidden = processes.folder / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(HIDDEN)
    processes.worker(hidden)
    processes.wait_for(2)
    with pytest.raises(HostError, match="has no lightexit"):
        run_on_cluster(processes.address, TARGET, plan("transparent"), Pace())


@pytest.mark.long
def test_a_cluster_finds_what_one_machine_does(folder: Path, processes: Processes) -> None:
    for _ in range(2):
        processes.worker(threads=2)
    processes.wait_for(2)
    laws = "transparent", "saved", "any_state"
    for each in (plan(*laws, examples=40), plan(*laws, examples=40, ends_at_first=True)):
        found = run_on_cluster(processes.address, TARGET, each, Pace())
        assert told(found) == told(run_here(TARGET, each, Pace()))
        assert found.findings


def killing(process: subprocess.Popen[bytes], examples: int) -> Callable[..., None]:
    """Kills it once a campaign has come so far."""

    def tell(result: CampaignResult, _law: str) -> None:
        if result.examples >= examples and process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()

    return tell


@pytest.mark.long
def test_a_worker_that_is_killed_costs_its_share(folder: Path, processes: Processes) -> None:
    for _ in range(2):
        processes.worker()
    processes.wait_for(2)
    asked = plan("answers", "saved", "reset", examples=40)
    pace = Pace(tell=killing(processes.workers[0], 20))
    found = run_on_cluster(processes.address, TARGET, asked, pace)
    assert processes.workers[0].returncode == -signal.SIGKILL
    assert told(found) == told(run_here(TARGET, asked, Pace()))
    assert found.examples == 120
    pace = Pace(tell=killing(processes.scheduler, 15))
    with pytest.raises(HostError, match=f"the scheduler at {processes.address} has left"):
        run_on_cluster(processes.address, TARGET, asked, pace)
