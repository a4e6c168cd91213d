# SPDX-License-Identifier: Apache-2.0
"""A campaign on a cluster of Dask. What it finds is what one machine finds by the same plan."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from lightexit.errors import HostError
from lightexit.extras import optional
from lightexit.shown import one_line
from lightexit.testing.campaign.plan import CampaignPlan, Share
from lightexit.testing.campaign.remote import ShareJob, job_maker, run_job, versions
from lightexit.testing.campaign.results import CampaignResult
from lightexit.testing.campaign.run import Pace
from lightexit.testing.campaign.share import ShareResult

#: Shares that wait, for each that runs; how long to wait for any of them, and for a scheduler.
_WAITING, _LOOK_S, _PATIENCE_S = 2, 0.3, 10
#: How long to wait for workers when all have left.
_ALONE_S = 60
#: Asked of each worker. A text, since workers may have no lightexit that knows the answer.
_VERSIONS = """{"Python": __import__("platform").python_version()} | {
    part: __import__(part).__version__ if found(part) else None
    for found in [__import__("importlib.util").util.find_spec]
    for part in ("lightexit", "hypothesis")
}"""


def run_on_cluster(address: str, target: str, plan: CampaignPlan, pace: Pace) -> CampaignResult:
    """Run a plan on the workers of a scheduler.

    A worker that is lost costs its shares, which others run again. A finding in a share ends all
    later shares that could not tell more, and the result is that of `run_here`: shares count in
    their order, whenever they were ready.

    Raises HostError where there is no such scheduler, where it has no workers, and where one of
    them is no use.
    """
    with _connected(address) as client:
        _check_workers(client, address)
        campaign = _Campaign(client, job_maker(target), plan, pace)
        return campaign.run()


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    with optional("lightexit check --cluster"):
        import distributed
        from distributed.client import CancelledError
    try:  # a client that cannot connect writes much, and late
        asyncio.run(_greet(address))
    except (OSError, ValueError, TimeoutError, ImportError) as error:
        raise HostError(
            f"no scheduler of Dask answers at {address}: {one_line(str(error))}",
            expected="the address that `dask scheduler` has printed, as in tcp://10.0.0.1:8786",
        ) from None
    client = distributed.Client(address, timeout=_PATIENCE_S)
    try:
        yield client
    except (CancelledError, distributed.comm.CommClosedError, OSError) as error:
        raise HostError(f"the scheduler at {address} has left: {one_line(str(error))}") from None
    finally:
        client.close(timeout=2)


async def _greet(address: str) -> None:
    from distributed.comm import connect

    connection = await connect(address, timeout=_PATIENCE_S)
    await connection.close()


def _check_workers(client: Any, address: str) -> None:
    """Raises HostError for the first one that is no use."""
    found: dict[str, dict[str, str | None]] = client.run(eval, _VERSIONS)
    if not found:
        raise HostError(
            f"the scheduler at {address} has no workers", advice=f"dask worker {address}"
        )
    here = versions()
    for worker, there in sorted(found.items()):
        for part, version in there.items():
            if version is None:
                raise HostError(
                    f"the worker at {worker} has no {part}",
                    advice="pip install 'lightexit[testing,cluster]' there",
                )
            if version != here[part]:
                raise HostError(
                    f"the worker at {worker} has {part} {version or 'of no known version'}, and "
                    f"here it is {here[part] or 'of no known version'}",
                    expected="the same, for the same examples",
                )


class _Campaign:
    """One that runs: shares in their order, and the results that are there."""

    def __init__(
        self, client: Any, job_of: Callable[[Share], ShareJob], plan: CampaignPlan, pace: Pace
    ) -> None:
        self._client, self._job_of, self._pace = client, job_of, pace
        self._shares = plan.shares()
        self._result = CampaignResult(plan)
        #: Those that were handed out and are not added yet, in order.
        self._open: deque[Share] = deque()
        self._running: dict[int, Any] = {}
        self._ready: dict[int, ShareResult] = {}
        #: The number of the first share that broke each law, be it added yet or not.
        self._broken: dict[str, int] = {}
        #: When there were workers for the last time.
        self._seen_s = time.monotonic()

    def run(self) -> CampaignResult:
        """To the end. What still runs then is of no interest."""
        result, begun = self._result, time.monotonic()
        try:
            while not result.is_done and not self._pace.interrupted():
                result.ended_by = result.ended_by or self._pace.why_over(begun)
                if not result.ended_by:
                    self._hand_out()
                if not self._open:
                    break
                self._collect()
                self._add()
                result.seconds = time.monotonic() - begun
                self._pace.tell(result, self._open[0].law if self._open else "")
        finally:
            self._client.cancel(list(self._running.values()), force=True)
        result.ended_by = self._pace.interrupted() or ("" if result.is_done else result.ended_by)
        return result

    def _hand_out(self) -> None:
        """Keep every thread of every worker busy, and a share waiting for each."""
        wanted = _WAITING * max(self._threads(), 1)
        while len(self._running) < wanted:
            share = next((each for each in self._shares if self._may_tell(each)), None)
            if share is None:
                return
            self._open.append(share)
            self._running[share.number] = self._client.submit(
                run_job, self._job_of(share), pure=False, priority=-share.number
            )

    def _threads(self) -> int:
        """Of all workers. Raises HostError where there have been none for a while."""
        count, now = int(sum(self._client.nthreads().values())), time.monotonic()
        if count:
            self._seen_s = now
        elif now - self._seen_s > _ALONE_S:
            raise HostError(f"all workers have left, for {_ALONE_S} s now")
        return count

    def _may_tell(self, share: Share) -> bool:
        """Whether a share may tell more than those before it that are known."""
        plan = self._result.plan
        earlier = [self._broken[share.law]] if share.law in self._broken else []
        if plan.ends_at_first:
            earlier += self._broken.values()
        return all(share.number < number for number in earlier)

    def _collect(self) -> None:
        from distributed import wait

        try:
            wait([*self._running.values()], timeout=_LOOK_S, return_when="FIRST_COMPLETED")
        except TimeoutError:
            return
        for number, future in [*self._running.items()]:
            if future.done():
                del self._running[number]
                self._ready[number] = _result_of(future)
        for result in self._ready.values():
            law, number = result.share.law, result.share.number
            if result.finding is not None:
                self._broken[law] = min(number, self._broken.get(law, number))
        useless = [each for each in self._open if not self._may_tell(each) and self._is_late(each)]
        for share in useless:
            self._open.remove(share)
            if share.number in self._running:
                self._client.cancel([self._running.pop(share.number)])

    def _is_late(self, share: Share) -> bool:
        """Whether it is not itself one that broke its law first."""
        return self._broken.get(share.law) != share.number

    def _add(self) -> None:
        """What is ready, as long as nothing before it is missing."""
        while self._open and self._open[0].number in self._ready:
            share = self._open.popleft()
            if self._result.needs(share):
                self._result.add(self._ready[share.number])


def _result_of(future: Any) -> ShareResult:
    """Raises HostError where there is none."""
    from distributed import KilledWorker

    try:
        result: ShareResult = future.result()
    except KilledWorker as error:
        raise HostError(f"workers are lost again and again: {error}") from None
    except ModuleNotFoundError as error:
        raise HostError(
            f"a worker has no {error.name}", advice="pip install 'lightexit[testing,cluster]' there"
        ) from None
    return result
