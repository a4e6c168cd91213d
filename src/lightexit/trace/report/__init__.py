# SPDX-License-Identifier: Apache-2.0
"""What recordings say, those of one VM or of a fleet: read lazily, in bounded memory.

From below: `files` (which files, and which of them cannot be read), `database` (SQL over them),
`latencies` (times in logarithmic classes), `summary` (all of it as plain values), and as a page
`plots` and `page`.
"""

from lightexit.trace.report.database import check_duckdb
from lightexit.trace.report.files import FoundFiles, find
from lightexit.trace.report.summary import summarize
from lightexit.trace.report.values import Summary

__all__ = ["FoundFiles", "Summary", "check_duckdb", "find", "summarize"]
