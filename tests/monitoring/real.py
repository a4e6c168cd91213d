# SPDX-License-Identifier: Apache-2.0
"""An exporter of what the probes count: `python -m monitoring.real HOST:PORT`."""

from __future__ import annotations

import ctypes
import sys

from lightexit.trace.metrics import ListenAddress, Metrics, MetricsServer, serve
from lightexit.trace.probes import Probes, drop_rights, open_probes

#: prctl(2)'s, from Linux 6.3 on: what MemoryDenyWriteExecute= of the unit is, too.
_SET_MDWE, _REFUSE_EXEC_GAIN = 65, 1


def main(where: str) -> None:
    ctypes.CDLL(None).prctl(_SET_MDWE, _REFUSE_EXEC_GAIN, 0, 0, 0)
    server = MetricsServer(ListenAddress.parse(where))
    print(server.address, flush=True)
    serve(server, open_and_drop, Metrics(period_s=0.2), interval_s=0.1)


def open_and_drop() -> Probes:
    """Probes, and then no right more to load any."""
    source = open_probes(ceiling=0)
    drop_rights()
    return source


if __name__ == "__main__":
    main(sys.argv[1])
