# SPDX-License-Identifier: Apache-2.0
"""`lightexit record`: the accesses of VMs, one by one, in a Parquet file."""

from __future__ import annotations

import contextlib
import platform
import sys
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lightexit.cli.progress import Telling
from lightexit.cli.signals import Ending
from lightexit.cli.vmoptions import Duration, ProcessNumbers, VmNames
from lightexit.errors import AuthorError

if TYPE_CHECKING:
    from lightexit.trace.probes import EventProbes
    from lightexit.trace.recording import FolderOwner, Progress, Recorded


def record(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The file to write: Parquet.")
    ],
    pid: ProcessNumbers = None,
    vm: VmNames = None,
    seconds: Duration = None,
    sources: Annotated[
        list[Path] | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Record no VM, but what this recording has, the parts of one that was not "
            "finished, or a file of a VMM on liblightexit; may be repeated.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace FILE, and what is left of an unfinished one.")
    ] = False,
) -> None:
    """Record VMs' device accesses in a Parquet file.

    Each has its time, register, value, who answered it and how long that took. Ctrl-C, SIGTERM and
    SIGHUP end it, and so does the end of the VMs that --pid and --vm name. What was recorded is
    then in FILE. Any VMM that uses KVM is seen, and no VM is changed. Loading the probes needs
    CAP_BPF and CAP_PERFMON, which are dropped then.
    """
    if sources:
        if pid or vm or seconds:
            raise AuthorError("--from with a VM or a time", expected="--from alone")
        from lightexit.trace.recording import convert

        made = convert(sources, output, force=force)
        for remark in made.remarks:
            print(f"lightexit: {remark}", file=sys.stderr)
        print(_written(made))
        return
    from lightexit.trace.recording import check_new
    from lightexit.trace.selecting import selected

    check_new(output, force)
    _record(output, selected(pid or (), vm or ()), seconds, force)


def open_events(pids: Collection[int]) -> EventProbes:
    """The probes at KVM's tracepoints."""
    from lightexit.trace import probes

    return probes.open_events(pids)


def _record(output: Path, pids: Collection[int], seconds: float | None, force: bool) -> None:
    from lightexit.trace.recording import About, FolderOwner, Processes, RecordingWriter, record
    from lightexit.trace.vms import Vms

    vms = Vms()
    for pid in pids:
        vms.vm(pid)  # while it is there
    with (
        Ending(seconds) as ending,
        contextlib.closing(open_events(pids)) as source,
        Processes(pids) as processes,
    ):
        _drop_rights(FolderOwner(output.parent))
        _say_missing(source)

        def why_over() -> str:
            return ending.why or ("" if processes.run or not pids else "the VM has ended")

        def tell(progress: Progress) -> None:
            telling.say(progress_line(progress))

        about = About(platform.node(), "tracepoints")
        with RecordingWriter(output, about, vms.vm, force=force) as writer, Telling() as telling:
            print(f"recording to {output}; Ctrl-C ends it", file=sys.stderr, flush=True)
            why = record(source, writer, why_over, tell, vms.vcpu)
    if writer.recorded is not None:
        print(f"{_written(writer.recorded)}; {why}")


def progress_line(progress: Progress) -> str:
    """What is said while it is made."""
    return (
        f"{progress.seconds:.0f} s: {progress.accesses:,} accesses, {progress.lost:,} lost, "
        f"{progress.bytes / 1e6:.1f} MB"
    )


def _written(recorded: Recorded) -> str:
    """What has become of it."""
    lost = f", {recorded.lost:,} lost" if recorded.lost else ""
    return (
        f"{recorded.path}: {recorded.accesses:,} accesses{lost} in {recorded.seconds:.1f} s, "
        f"{recorded.bytes:,} bytes"
    )


def _drop_rights(owner: FolderOwner) -> None:
    """Before any thread is started; an old kernel's right to read tables goes with root's uid."""
    from lightexit.trace.probes import drop_rights
    from lightexit.trace.recording import rehearse

    kept = drop_rights()
    rehearse()  # which starts threads
    if not kept:
        owner.become()


def _say_missing(source: EventProbes) -> None:
    if source.missing:
        names = ", ".join(source.missing)
        print(
            f"lightexit: this kernel has no tracepoint {names}: what it would tell is not recorded",
            file=sys.stderr,
        )
