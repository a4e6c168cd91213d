# SPDX-License-Identifier: Apache-2.0
"""What the probes count, for Prometheus: at most 50 series a VM, and `other`.

`docs/monitoring.md` has the metrics and the rules.
"""

from lightexit.trace.metrics.exporting import ExportedCounts, exported, serve
from lightexit.trace.metrics.server import ListenAddress, MetricsServer
from lightexit.trace.metrics.totals import Metrics

__all__ = ["ExportedCounts", "ListenAddress", "Metrics", "MetricsServer", "exported", "serve"]
