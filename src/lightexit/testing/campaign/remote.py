# SPDX-License-Identifier: Apache-2.0
"""Shares run for a cluster: each in a process of its own, which keeps what it has imported.

A worker of Dask runs several shares at a time as threads of one process. There a device that does
not return could not be stopped, and what one share leaves behind would be in the way of others.

    python -m lightexit.testing.campaign.remote

runs the jobs that come as pickles on standard input, until that ends.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import pickle
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import hypothesis

import lightexit
from lightexit.errors import AuthorError, HostError, LightexitError, from_here
from lightexit.testing.campaign.plan import Share
from lightexit.testing.campaign.share import ShareResult, run_share


@dataclass(frozen=True)
class ShareJob:
    """A target, and a share of its campaign. Where a file is named, `text` is what it has, `whole`
    its whole path, and `shown` what messages call it."""

    target: str
    share: Share
    file: str = ""
    whole: str = ""
    shown: str = ""
    text: str = ""


def versions() -> dict[str, str]:
    """Of Python, and of each part that results depend on besides the device."""
    return {
        "Python": platform.python_version(),
        "lightexit": lightexit.__version__,
        "hypothesis": hypothesis.__version__,
    }


def run_job(job: ShareJob) -> ShareResult:
    """Run a share in another process: one that is idle, or a new one. Threads may call this.

    Raises AuthorError where the device cannot be tested here, HostError where that process ends.
    """
    child = _IDLE.pop() if _IDLE else _Child()
    try:
        answer = child.ask(job)
    except BaseException:
        child.end()
        raise
    _IDLE.append(child)
    if isinstance(answer, ShareResult):
        return answer
    raise AuthorError(answer)


class _Child:
    """A process that runs jobs, one after the other. It ends with the process that has it."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", __name__]
        pipe = subprocess.PIPE
        folders = os.pathsep.join(each for each in sys.path if each)
        environment = {**os.environ, "PYTHONPATH": folders}
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment)

    def ask(self, job: ShareJob) -> ShareResult | str:
        """The result, or what is wrong. Raises HostError where the process ends."""
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None
        assert answers is not None
        try:
            pickle.dump(job, requests)
            requests.flush()
            found: ShareResult | str = pickle.load(answers)
        except (OSError, EOFError, pickle.UnpicklingError):
            status = self._process.wait()
            raise HostError(
                f"the process that ran share {job.share.number} ({job.share.law}) of {job.target} "
                f"has ended with {status}"
            ) from None
        return found

    def end(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.communicate()


_IDLE: list[_Child] = []


# In that process


def _serve(requests: BinaryIO, answers: BinaryIO) -> None:
    with tempfile.TemporaryDirectory(prefix="lightexit-check-") as folder:
        while True:
            try:
                job: ShareJob = pickle.load(requests)
            except EOFError:
                return
            pickle.dump(_answer(job, Path(folder)), answers)
            answers.flush()


def _answer(job: ShareJob, folder: Path) -> ShareResult | str:
    copy = _copied(job, folder)
    try:
        result = run_share(job.target.replace(job.file, copy, 1) if copy else job.target, job.share)
    except LightexitError as error:
        return str(error).replace(copy, job.shown) if copy else str(error)
    return _as_there(result, job, copy) if copy else result


def _copied(job: ShareJob, folder: Path) -> str:
    """Where a copy of the job's file is; "" where it has none."""
    if not job.file:
        return ""
    place = folder / hashlib.sha256(job.text.encode()).hexdigest()[:16]
    copy = place / Path(job.file).name
    if not copy.exists():
        place.mkdir(exist_ok=True)
        copy.write_text(job.text, encoding="utf-8")
    return str(copy)


def _as_there(result: ShareResult, job: ShareJob, copy: str) -> ShareResult:
    """A result with the names that files have where it was asked for."""
    finding = result.finding
    if finding is None:
        return result
    details = dict(finding.details)
    if details["where"] and details["where"]["file"] == copy:
        details["where"] = {**details["where"], "file": job.whole}
    finding = dataclasses.replace(
        finding,
        message=finding.message.replace(copy, job.shown),
        test=finding.test.replace(copy, job.file),
        details=details,
    )
    return dataclasses.replace(result, finding=finding)


@contextlib.contextmanager
def _own_output() -> Iterator[BinaryIO]:
    """Standard output, which from now on is standard error to everybody else."""
    own = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with own:
        yield own


def _main() -> None:
    with _own_output() as answers, contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        _serve(sys.stdin.buffer, answers)


def job_maker(target: str) -> Any:
    """What makes a job of a share of a campaign on this target; reads its file, if it has one."""
    head = target.partition(",")[0]
    path, colon, _ = head.rpartition(":")
    file = path if colon and path.endswith(".py") else head if head.endswith(".py") else ""
    if not file:
        return lambda share: ShareJob(target, share)
    whole, text = str(Path(file).resolve()), Path(file).read_text("utf-8")
    return lambda share: ShareJob(target, share, file, whole, from_here(whole), text)


if __name__ == "__main__":
    _main()
