# SPDX-License-Identifier: Apache-2.0
"""Counts that are at /metrics, too: beside a screen, or alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from lightexit.trace.access import Counts, CountSource
from lightexit.trace.metrics.server import MetricsServer
from lightexit.trace.metrics.totals import Metrics

#: Counts that are younger are not read again for a scrape.
FRESH_S = 0.1


class ExportedCounts:
    """A source whose counts go to `metrics` whenever they are read, by whatever thread."""

    def __init__(self, source: CountSource, metrics: Metrics, fresh_s: float = FRESH_S) -> None:
        self._source = source
        self._metrics = metrics
        self._fresh_s = fresh_s
        self._lock = threading.Lock()
        self._read_at = 0.0
        self._closed = False

    def read(self) -> Counts:
        """What the source has counted so far."""
        with self._lock:
            return self._read()

    def refresh(self) -> None:
        """Read, unless that was done less than `fresh_s` ago."""
        with self._lock:
            if not self._closed and time.monotonic() - self._read_at >= self._fresh_s:
                self._read()

    def close(self) -> None:
        """Close the source; a scrape that comes meanwhile does not read it any more."""
        with self._lock:
            self._closed = True
            self._source.close()

    def _read(self) -> Counts:
        counts = self._source.read()
        self._metrics.update(counts)
        self._read_at = time.monotonic()
        return counts


@contextmanager
def exported(
    server: MetricsServer,
    open_source: Callable[[], CountSource],
    metrics: Metrics | None = None,
    fresh_s: float = FRESH_S,
) -> Iterator[ExportedCounts]:
    """A source whose counts `server` shows, too, as long as this lasts; then both are closed.

    The server listens before the source is opened, which may give up the right to. A scrape has
    the source read where that was last done `fresh_s` ago.
    """
    metrics = metrics or Metrics()
    with (
        closing(server),
        closing(ExportedCounts(open_source(), metrics, fresh_s)) as source,
    ):
        source.read()
        server.start(metrics, before=source.refresh)
        yield source


def serve(
    server: MetricsServer,
    open_source: Callable[[], CountSource],
    metrics: Metrics | None = None,
    *,
    interval_s: float = 1.0,
    for_s: float | None = None,
) -> None:
    """Show what a source counts, for `for_s` seconds or for ever.

    It is read each `interval_s`, so that VMs get their names while they run, and for each scrape.
    Raises what reading it raises.
    """
    ends = None if for_s is None else time.monotonic() + for_s
    with exported(server, open_source, metrics) as source:
        while ends is None or (left := ends - time.monotonic()) > 0:
            time.sleep(interval_s if ends is None else min(interval_s, left))
            source.refresh()
