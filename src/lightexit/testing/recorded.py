# SPDX-License-Identifier: Apache-2.0
"""`recorded`: what a guest did to a device, and what it was answered, as a trace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from lightexit.errors import AuthorError
from lightexit.testing.steps import Read, Step, Trace, Wait, Write
from lightexit.testing.subject import Maker, Subject, subject_of
from lightexit.trace.access import Access
from lightexit.trace.replay.checks import Timeline, check_step
from lightexit.trace.replay.source import ReplaySource, open_source


def recorded(
    path: Path | str,
    device: Subject | Maker,
    *,
    untold: Sequence[int] = (),
    pid: int | None = None,
    vm: str | None = None,
) -> Trace:
    """The accesses of a recording (`lightexit record`, `lightexit run --record`) that a device's
    windows get, with the answers, for `Subject(known=[...])`.

    Windows are where the subject has them (`at`): that has to be where the guest found them.
    `untold` are offsets of registers whose answers are left out: those that tell the exact time.
    `pid` or `vm` pick one of several VMs.

    Raises AuthorError for what is no recording, has no such accesses, or no value of a write.
    """
    source, subject = open_source(Path(path), pid, vm), subject_of(device)
    steps = tuple(_steps(source, subject, frozenset(untold)))
    if not steps:
        windows = ", ".join(
            f"{region.space.name} {region.base:#x}..{region.base + region.size - 1:#x}"
            for _, region in subject.example.windows
        )
        raise AuthorError(
            f"{path} has no access of {subject.name}",
            expected=f"some to {windows}, or the address of the recorded one: Subject(..., at=...)",
        )
    return Trace(*steps, start_ns=source.start_ns)


def _steps(source: ReplaySource, subject: Subject, untold: frozenset[int]) -> Iterator[Step]:
    timeline, now_ns = Timeline(source.origin_ns, source.start_ns), source.start_ns
    for number, access in enumerate(source.steps, 1):
        check_step(number, access)
        then_ns = timeline.at(number, access.time_ns)
        offset = _offset(subject, access) if isinstance(access, Access) else None
        if not isinstance(access, Access) or offset is None:
            continue
        if then_ns > now_ns:
            yield Wait(then_ns - now_ns)
        now_ns = then_ns
        yield _step(number, access, is_told=offset not in untold)


def _offset(subject: Subject, access: Access) -> int | None:
    """In the window that it is in, if it is in one."""
    for _, region in subject.example.windows:
        if region.space is access.space and access.address in region:
            return access.address - region.base + region.offset
    return None


def _step(number: int, access: Access, *, is_told: bool) -> Step:
    place, vcpu = (access.space, access.address, access.size), max(access.vcpu, 0)
    if not access.is_write:
        return Read(*place, access.value if is_told else None, vcpu)
    if access.value is None:
        raise AuthorError(
            f"access {number:,} is a write of {access.address:#x} whose value was not recorded",
            expected="a recording with the value of every write of the device",
        )
    return Write(*place, access.value, vcpu)
