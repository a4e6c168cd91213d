# SPDX-License-Identifier: Apache-2.0
"""`lightexit replay`: recorded accesses through devices, and the first that differs."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lightexit import plugins
from lightexit.cli.options import EngineName
from lightexit.cli.progress import Telling
from lightexit.cli.replayoptions import (
    Against,
    AgainstOption,
    AllowedDifferences,
    AnswerTime,
    LibraryFile,
    RecordedProcess,
    RecordedVm,
    ReplayedDeviceNames,
    ReplayedFile,
)
from lightexit.cli.status import ExitCode
from lightexit.errors import AuthorError

if TYPE_CHECKING:
    from lightexit.trace.replay.compare import Contest, ReplayResult
    from lightexit.trace.replay.plan import DevicePlan
    from lightexit.trace.replay.source import ReplaySource


def replay(
    file: ReplayedFile,
    device: ReplayedDeviceNames = None,
    library: LibraryFile = None,
    against: AgainstOption = None,
    allow: AllowedDifferences = None,
    vm: RecordedVm = None,
    pid: RecordedProcess = None,
    engine: EngineName = "native",
    timeout: AnswerTime = 10.0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was found as one JSON document.")
    ] = False,
) -> None:
    """Put recorded accesses through devices, and compare the answers.

    The first that differs is shown with its time, and the state of the device before and after.

    The exit status is 0 where all agree, 1 where one differs.
    """
    from lightexit.cli.replayreport import document, text
    from lightexit.trace.replay.source import open_source

    source = open_source(file, pid, vm)
    mode = _mode(against, bool(device), library is not None)
    plans = _plans(device or (source.devices if library is None else ()))
    if not plans and library is None:
        raise AuthorError(
            "no device is named to replay the accesses",
            expected="--device NAME or --library FILE.so",
            hint=f"lightexit replay {file} --device rtc",
        )
    if library is not None and mode is Against.RECORDING:
        plans = ()
    with _contest(source, plans, library, (engine, timeout, mode, allow or ())) as contest:
        result = _run(source, contest)
        told = document if as_json else text
        found = told(str(file), source, contest, result)
        print(json.dumps(found, indent=2) if as_json else found)
    _check_allowed(allow or (), result)
    if result.first is not None:
        raise typer.Exit(ExitCode.DIFFERS)


def _mode(against: Against | None, has_device: bool, has_library: bool) -> Against:
    """Raises AuthorError for what cannot be compared."""
    if against is None:
        usual = Against.DEVICE if has_device else Against.RECORDING
        return usual if has_library else Against.FILTER
    if against is Against.FILTER and has_library:
        raise AuthorError(
            "--against filter, and a library has no filters",
            expected="--against recording, or --against device with --device NAME",
        )
    if against is Against.DEVICE and not (has_library and has_device):
        raise AuthorError(
            "--against device compares a library with a device",
            expected="both: --library FILE.so --device NAME",
        )
    return against


def _plans(arguments: Sequence[str]) -> tuple[DevicePlan, ...]:
    return tuple(map(_plan, arguments))


def _plan(argument: str) -> DevicePlan:
    """Raises AuthorError for a device that there is none of, or an address that is none."""
    from lightexit.targets import find_maker
    from lightexit.trace.replay.plan import DevicePlan, parse_bases

    name, equals, place = argument.partition("=")
    bases = parse_bases(argument, place) if equals else ()
    return DevicePlan(name, find_maker(name).maker, bases)


@contextlib.contextmanager
def _contest(
    source: ReplaySource,
    plans: Sequence[DevicePlan],
    library: str | None,
    options: tuple[str, float, Against, Sequence[str]],
) -> Iterator[Contest]:
    """Everybody who is compared, let go of in the end."""
    from lightexit.trace.replay.compare import Contest
    from lightexit.trace.replay.shared_library import ReplayedLibrary
    from lightexit.trace.replay.sides import ReplayedDevices, ReplaySide

    engine, seconds, mode, allowed = options
    settings = {"unix_seconds": source.unix_seconds}
    with contextlib.ExitStack() as stack:
        sides: list[ReplaySide] = []

        def add(side: ReplaySide) -> None:
            stack.callback(side.close)
            sides.append(side)

        def devices(runner: str | None) -> ReplayedDevices:
            made = None if runner is None else plugins.make(plugins.ENGINES, runner)
            return ReplayedDevices(plans, made, start_ns=source.start_ns, settings=settings)

        if plans:
            add(devices(None))
        if library is None:
            add(devices(engine))
        else:
            add(ReplayedLibrary(*_library(library), seconds))
        is_recorded = mode is Against.RECORDING
        yield Contest(sides, library is None, is_recorded, frozenset(allowed))


def _library(argument: str) -> tuple[Path, int | None]:
    """File and address."""
    from lightexit.trace.replay.plan import parse_address

    path, equals, address = argument.rpartition("=")
    if not equals or Path(argument).exists():
        return Path(argument), None
    return Path(path), parse_address(f"--library {argument}", address)


def _run(source: ReplaySource, contest: Contest) -> ReplayResult:
    from lightexit.trace.replay.checks import Timeline
    from lightexit.trace.replay.compare import Replay

    timeline = Timeline(source.origin_ns, source.start_ns)
    of = "" if source.total is None else f" of {source.total:,}"
    with Telling(is_quiet=True) as telling:

        def progress(number: int) -> None:
            telling.say(f"{number:,}{of} accesses")

        result = Replay(contest, timeline, progress).run(source.steps)
    if not result.replayed and result.first is None:
        raise _nothing(result)
    return result


def _nothing(result: ReplayResult) -> AuthorError:
    places = [
        f"{space.name.lower()} {address:#x} ({count:,})"
        for (space, address), count in result.elsewhere.most_common(5)
    ]
    known = result.without_value + result.from_outside
    return AuthorError(
        f"none of the {result.read:,} accesses is one of the devices'"
        if not known
        else f"none of the {result.read:,} accesses can be replayed: values are missing",
        expected=f"accesses where they are; the file has most at: {', '.join(places) or 'none'}",
        advice="--device NAME=ADDRESS says where the recorded machine has a device",
    )


def _check_allowed(allowed: Sequence[str], result: ReplayResult) -> None:
    """Say what is allowed and never differed: most likely it is misspelt."""
    import difflib

    from lightexit.trace.replay.compare import DifferenceKind, is_meant

    kinds = [str(kind) for kind in DifferenceKind]
    titles = [register.title for register in result.differing]
    for each in allowed:
        if each in kinds or any(is_meant(each, title) for title in titles):
            continue
        close = difflib.get_close_matches(each, titles, n=1)
        meant = f": did you mean {close[0]}?" if close else ""
        print(f"lightexit: --allow {each}: nothing like it differs{meant}", file=sys.stderr)
