# SPDX-License-Identifier: Apache-2.0
"""`lightexit top --metrics HOST:PORT` where there is no screen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from lightexit.trace.access import CountSource


def export(
    where: str,
    open_source: Callable[[], CountSource],
    *,
    interval_s: float = 1.0,
    for_s: float | None = None,
) -> None:
    """Listen at `where` first, which may need a right that probes give up; then count.

    Raises AuthorError for an address that is none, HostError where it cannot be listened at.
    """
    from lightexit.trace.metrics import ListenAddress, Metrics, MetricsServer, serve

    with (
        closing(MetricsServer(ListenAddress.parse(where))) as server,
        closing(open_source()) as source,
    ):
        print(f"metrics: http://{server.address}/metrics", flush=True)
        serve(server, source, Metrics(), interval_s=interval_s, for_s=for_s)
