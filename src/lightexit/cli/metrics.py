# SPDX-License-Identifier: Apache-2.0
"""`lightexit top --metrics HOST:PORT`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from lightexit.trace.access import CountSource


def export(
    where: str,
    open_source: Callable[[], CountSource],
    *,
    interval_s: float = 1.0,
    for_s: float | None = None,
) -> None:
    """Show counts at HOST:PORT, without a screen, for `for_s` seconds or for ever.

    Raises AuthorError for what is no HOST:PORT, HostError where nobody may listen there; and what
    opening and reading the source raise.
    """
    from lightexit.trace.metrics import ListenAddress, MetricsServer, serve

    server = MetricsServer(ListenAddress.parse(where))
    print(f"metrics: http://{server.address}/metrics", flush=True)
    serve(server, open_source, interval_s=interval_s, for_s=for_s)


def beside_screen(
    where: str, open_source: Callable[[], CountSource], interval_s: float
) -> AbstractContextManager[CountSource]:
    """The source that a screen reads, shown at HOST:PORT, too. Raises as `export` does.

    Scrapes read it only where the screen does not, as while it is paused.
    """
    from lightexit.trace.metrics import ListenAddress, MetricsServer, exported

    server = MetricsServer(ListenAddress.parse(where))
    return exported(server, open_source, fresh_s=2 * interval_s)
