# SPDX-License-Identifier: Apache-2.0
"""Recordings: accesses in Parquet files, one row each, written and read in bounded memory.

From below: `schema` (the format), `parquet` (files of that format), `merging` (one file of
several), `columns`, `writer` and `reader`; and who has something to record: `session` (a source of
accesses), `machine` (one of ours) and `converting` (recordings). They need pyarrow.
"""

from lightexit.trace.recording.converting import convert
from lightexit.trace.recording.machine import MachineRecorder
from lightexit.trace.recording.owner import FolderOwner
from lightexit.trace.recording.reader import RecordedVm, Recording
from lightexit.trace.recording.schema import About, MappedDevice
from lightexit.trace.recording.session import Processes, Progress, record
from lightexit.trace.recording.writer import Recorded, RecordingWriter, check_new, rehearse

__all__ = [
    "About",
    "FolderOwner",
    "MachineRecorder",
    "MappedDevice",
    "Processes",
    "Progress",
    "Recorded",
    "RecordedVm",
    "Recording",
    "RecordingWriter",
    "check_new",
    "convert",
    "record",
    "rehearse",
]
