# SPDX-License-Identifier: Apache-2.0
"""Where the accesses of a replay come from: a recording (Parquet), or a golden trace (JSON)."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from lightexit import plugins
from lightexit.errors import AuthorError
from lightexit.shown import one_line
from lightexit.trace.replay.checks import check_step
from lightexit.trace.replay.golden import read_steps, unix_seconds
from lightexit.trace.replay.steps import ReplayStep

if TYPE_CHECKING:
    from lightexit.trace.recording import RecordedVm, Recording

_PARQUET = b"PAR1"
_EXPECTED = "a recording of `lightexit record` (Parquet), or a golden trace (JSON lines)"
_SECOND_NS = 10**9
#: What golden traces call devices that have another name here.
_GOLDEN_NAMES = {"pmtimer": "pm"}


@dataclass(frozen=True)
class ReplaySource:
    """The steps of one VM. At the time `origin_ns` of the recording, VM time was `start_ns`, and a
    real-time clock showed `unix_seconds` when it was 0.

    `title` says whose accesses they are, `devices` names those that the file is about, if it says.
    """

    title: str
    steps: Iterator[ReplayStep]
    origin_ns: int = 0
    start_ns: int = 0
    unix_seconds: int = 0
    devices: Sequence[str] = ()
    total: int | None = None


def open_source(path: Path, pid: int | None = None, vm: str | None = None) -> ReplaySource:
    """Open a file. Raises AuthorError where it is neither, or has several VMs and none is chosen;
    the iterator raises it for what is damaged."""
    head = _head(path)
    if not head or head.startswith(_PARQUET):
        return _recorded(path, pid, vm)
    if head.lstrip().startswith(b"{"):
        if pid is not None or vm is not None:
            raise AuthorError(
                f"{path} is a golden trace, which has no VMs", expected="neither --pid nor --vm"
            )
        header, steps = read_steps(path)
        device = header["device"]
        return ReplaySource(
            f"golden trace of {one_line(device, 40)}",
            steps,
            unix_seconds=unix_seconds(header),
            devices=(_GOLDEN_NAMES.get(device, device),),
        )
    raise AuthorError(f"{path} begins with {head[:4].hex(' ')}", expected=_EXPECTED)


def _head(path: Path) -> bytes:
    """The first bytes of a file; none of the folder of a recording that was not finished."""
    if path.is_dir() or not path.exists():
        return b""
    if not path.is_file():
        raise AuthorError(f"{path} is no regular file", expected=_EXPECTED)
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise AuthorError(f"{path}: {error.strerror or error}", expected=_EXPECTED) from None
    if not head:
        raise AuthorError(f"{path} is empty", expected=_EXPECTED)
    return head


def _recorded(path: Path, pid: int | None, vm: str | None) -> ReplaySource:
    from lightexit.extras import optional

    with optional("reading a recording"):
        from lightexit.trace.recording import Recording

        recording = Recording.open(path)
        chosen = chosen_vm(recording.vms(), path, pid, vm)
    return of_recording(recording, chosen)


def of_recording(recording: Recording, vm: RecordedVm) -> ReplaySource:
    """The accesses of one of its VMs."""
    steps = iter(recording.accesses(vm.pid))
    first = next(steps, None)
    if first is None:
        raise AuthorError(f"{recording.path} has no accesses", expected="some to replay")
    check_step(1, first)
    origin = recording.about.vm_started
    about = recording.about.devices
    known = [each.device for each in about if each.device in plugins.DEVICES.ours]
    return ReplaySource(
        f"VM {one_line(vm.vm, 60)} (pid {vm.pid})",
        chain([first], steps),
        first.time_ns if origin is None else origin,
        first.time_ns % _SECOND_NS if origin is None else 0,
        (first.time_ns if origin is None else origin) // _SECOND_NS,
        tuple(dict.fromkeys(known)),
        len(recording),
    )


def chosen_vm(
    vms: Sequence[RecordedVm], path: Path, pid: int | None, name: str | None
) -> RecordedVm:
    """The one VM that is meant. Raises AuthorError where it is none, or not clear which."""
    found = [vm for vm in vms if (pid is None or vm.pid == pid) and (name is None or vm.vm == name)]
    if len(found) == 1:
        return found[0]
    told = ", ".join(f"{one_line(vm.vm, 60)} (pid {vm.pid})" for vm in vms[:10])
    more = f" and {len(vms) - 10} more" if len(vms) > 10 else ""
    if not vms:
        raise AuthorError(f"{path} has no accesses", expected="some to replay")
    if not found:
        asked = f"a VM {name!r}" if name is not None else f"a VM of process {pid}"
        close = difflib.get_close_matches(name or "", [vm.vm for vm in vms], n=1)
        raise AuthorError(
            f"{path} has no accesses of {asked}",
            expected=f"one of: {told}{more}",
            hint=f"--vm {one_line(close[0], 60)}" if close else "",
        )
    raise AuthorError(
        f"{path} has accesses of {len(found)} VMs: {told}{more}",
        expected="--pid or --vm, which picks one of them",
        hint=f"--pid {found[0].pid}",
    )
