# SPDX-License-Identifier: Apache-2.0
"""Examples per second of `lightexit check`: here, and on one and two workers of Dask (`--cluster`).

All run the same plan, one after the other. With fewer free cores than workers, two give no more
than one does.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

TARGET, LAWS, EXAMPLES, SEED = "pit", ("transparent", "saved", "reset"), 100, 1
_PATIENCE_S = 60


@contextlib.contextmanager
def cluster(workers: int) -> Iterator[str]:
    """A scheduler's address, with so many workers of one thread."""
    from distributed import Client

    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        address = f"tcp://127.0.0.1:{port}"
        _start(stack, "scheduler", "--host", "127.0.0.1", "--port", str(port), folder=folder)
        client = stack.enter_context(Client(address, timeout=_PATIENCE_S, set_as_default=False))
        for _ in range(workers):
            _start(stack, "worker", "--nthreads", "1", "--no-nanny", address, folder=folder)
        client.wait_for_workers(workers, timeout=_PATIENCE_S)
        yield address


def _start(stack: contextlib.ExitStack, what: str, *words: str, folder: Path) -> None:
    command = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--no-dashboard", *words]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=quiet, stderr=quiet)
    stack.callback(process.wait)
    stack.callback(process.terminate)


def rate(workers: int) -> float:
    """Examples per second on so many workers; 0 is none, in this process."""
    from lightexit.testing.campaign import Pace, plan_for, run_here
    from lightexit.testing.named import subject_named

    plan = plan_for(subject_named(TARGET), SEED, EXAMPLES, LAWS)
    if not workers:
        result = run_here(TARGET, plan, Pace())
    else:
        from lightexit.testing.campaign.cluster import run_on_cluster

        with cluster(workers) as address:
            run_on_cluster(address, TARGET, plan_for(subject_named(TARGET), SEED, 1, LAWS), Pace())
            result = run_on_cluster(address, TARGET, plan, Pace())
    assert result.examples == EXAMPLES * len(LAWS)
    return result.examples / result.seconds


def main() -> None:
    """Print them, and what each is of the first."""
    try:
        import distributed  # noqa: F401 - it is asked for first: there is nothing to compare else
    except ImportError:
        print("distributed is not installed: pip install 'lightexit[cluster]'")
        return
    here = rate(0)
    print(f"{len(os.sched_getaffinity(0))} cores; {TARGET}: {', '.join(LAWS)}")
    print(f"no cluster  {here:6.1f} examples/s")
    for workers in (1, 2):
        found, title = rate(workers), "1 worker" if workers == 1 else f"{workers} workers"
        print(f"{title:11} {found:6.1f} examples/s, {found / here:.2f} of that")


if __name__ == "__main__":
    main()
