# SPDX-License-Identifier: Apache-2.0
"""`lightexit replay`: recorded accesses through devices, and the first that differs."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lightexit import plugins
from lightexit.cli.options import EngineName
from lightexit.cli.status import ExitCode
from lightexit.errors import AuthorError

if TYPE_CHECKING:
    from lightexit.trace.replay.compare import Contest, ReplayResult
    from lightexit.trace.replay.plan import DevicePlan
    from lightexit.trace.replay.source import ReplaySource


class Against(StrEnum):
    """What is compared with what."""

    FILTER = "filter"
    RECORDING = "recording"
    DEVICE = "device"


def _device_names(incomplete: str) -> list[str]:
    return [name for name in plugins.names(plugins.DEVICES) if name.startswith(incomplete)]


def replay(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="A recording of `lightexit record`, or a golden trace (.jsonl)."
        ),
    ],
    device: Annotated[
        list[str] | None,
        typer.Option(
            "--device",
            metavar="NAME[=ADDRESS]",
            help="A device by its name, such as rtc, or FILE.py:CLASS; with ADDRESS or "
            "WINDOW:ADDRESS,... where the recorded machine had it elsewhere than a PC. May be "
            "repeated.",
            autocompletion=_device_names,
        ),
    ] = None,
    library: Annotated[
        str | None,
        typer.Option(
            metavar="FILE.so[=ADDRESS]",
            help="A device of your own, in C or Rust, that exports what lightexit_replay.h "
            "declares.",
        ),
    ] = None,
    against: Annotated[
        Against | None,
        typer.Option(
            help="filter: the device without and with its filters; recording: that, and the "
            "recorded values; device: a library and --device. Default: device if both are given, "
            "recording for a library, else filter."
        ),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            "--allow",
            metavar="WHAT",
            help="Differences from the recording that do not count: time, start, or a register as "
            "it is printed; with a * behind, all that begin so. May be repeated.",
        ),
    ] = None,
    vm: Annotated[
        str | None, typer.Option("--vm", metavar="NAME", help="The VM whose accesses are replayed.")
    ] = None,
    pid: Annotated[
        int | None, typer.Option("--pid", min=0, metavar="N", help="The same, by its process.")
    ] = None,
    engine: EngineName = "native",
    timeout: Annotated[
        float,
        typer.Option(min=0.001, metavar="S", help="Longest time for an answer of a library."),
    ] = 10.0,
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
    from lightexit.trace.replay.library import ReplayedLibrary
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
    with _progress(source.total) as progress:
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


@contextlib.contextmanager
def _progress(total: int | None) -> Iterator[Callable[[int], None]]:
    """Shows how far it is, once a second, on a terminal; nothing elsewhere."""
    if not sys.stderr.buffer.isatty():
        yield lambda number: None
        return
    begun = shown = time.monotonic()
    of = "" if total is None else f" of {total:,}"

    def progress(number: int) -> None:
        nonlocal shown
        if time.monotonic() - shown >= 1:
            shown = time.monotonic()
            print(f"{number:,}{of} accesses, {shown - begun:.0f} s", file=sys.stderr)

    yield progress


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
