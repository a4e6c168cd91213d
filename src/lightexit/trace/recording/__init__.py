# SPDX-License-Identifier: Apache-2.0
"""Recordings: accesses in Parquet files, one row each, written and read in bounded memory.

From below: `schema` (the format), `parquet` (files of that format), `merging` (one file of
several), `writer` and `reader`. They need pyarrow, which may be missing: `needs_pyarrow`.
"""

from lightexit.trace.recording.machine import MachineRecorder
from lightexit.trace.recording.reader import RecordedVm, Recording
from lightexit.trace.recording.schema import About, MappedDevice
from lightexit.trace.recording.writer import Recorded, RecordingWriter, check_new

__all__ = [
    "About",
    "MachineRecorder",
    "MappedDevice",
    "Recorded",
    "RecordedVm",
    "Recording",
    "RecordingWriter",
    "check_new",
]
