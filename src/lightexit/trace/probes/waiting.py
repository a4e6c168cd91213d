# SPDX-License-Identifier: Apache-2.0
"""Writes that the programs have seen and not told yet: the next event of the thread would show who
answered them, and there has been none."""

from __future__ import annotations

import time
from collections.abc import Iterator

from lightexit.engine.kernel.maps import HashMap
from lightexit.trace.probes import layout
from lightexit.trace.probes.unpacking import format_of

#: A younger one may be on its way to the VMM.
_WAIT_NS = 50_000_000
_THREAD_KEY = format_of(layout.ThreadKey)


def waiting_writes(threads: HashMap) -> Iterator[tuple[int, layout.Thread]]:
    """Threads whose `access` is such a write, by number; each is valid until the next one."""
    keys, values = threads.read()
    size, now = layout.Thread.layout.size, time.monotonic_ns()
    for number, (tid,) in enumerate(_THREAD_KEY.iter_unpack(keys)):
        thread = layout.Thread.view(values[number * size : (number + 1) * size])
        if thread.pending and now - thread.access.time_ns > _WAIT_NS:
            yield tid, thread


def answered_by(thread: layout.Thread) -> layout.AnsweredBy:
    """Who has answered it, as nothing came after it."""
    return layout.AnsweredBy.USER if thread.exit_space else layout.AnsweredBy.KVM
