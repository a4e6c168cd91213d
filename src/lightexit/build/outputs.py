# SPDX-License-Identifier: Apache-2.0
"""All files of a build, in memory: by name, ready to be written at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lightexit.build.bpf import bpf_object
from lightexit.build.built_filter import BuiltFilter
from lightexit.build.constants import Constant, constants, initializer
from lightexit.build.device import device_constants, device_header
from lightexit.build.header import filter_header
from lightexit.build.rust import rust_files
from lightexit.build.sources import Sources
from lightexit.errors import AuthorError


@dataclass
class Outputs:
    """Contents by name of file, and which of them are about what."""

    contents: dict[str, bytes] = field(default_factory=dict)
    by_subject: dict[str, list[str]] = field(default_factory=dict)

    def add(self, subject: str, name: str, data: bytes) -> None:
        """One more file."""
        self.contents[name] = data
        self.by_subject.setdefault(subject, []).append(name)


def check(sources: Sources) -> None:
    """Raises AuthorError for what has no name in C, or a name that something else has, too."""
    for each in sources.subjects:
        _check_symbol(each, sources.subjects)
        each.check()
    _check_files(sources)
    known: dict[str, str] = {}
    for each in sources.subjects:
        _check_constants([*constants(each), initializer(each)], known, each.symbol)
    for device in sources.devices:
        _check_constants(device_constants(device), known, device.name)


def outputs(sources: Sources, triple: str, rust: bool = False) -> Outputs:
    """Every file of sources that have been checked; native code is for `triple`.

    With `rust`, modules of Rust as well. Raises AuthorError for what these cannot say.
    """
    from lightexit.engine.native.object import object_file

    made = Outputs()
    for each in sources.subjects:
        made.add(each.symbol, f"{each.symbol}.bpf.o", bpf_object(each))
        made.add(each.symbol, f"{each.symbol}.o", object_file(each.program, each.symbol, triple))
        made.add(each.symbol, f"{each.symbol}.h", filter_header(each).encode())
    for device in sources.devices:
        made.add(device.name, f"{device.name}.h", device_header(device).encode())
    for name, file, text in rust_files(sources) if rust else ():
        made.add(name, file, text.encode())
    return made


def _check_symbol(subject: BuiltFilter, every: Iterable[BuiltFilter]) -> None:
    same = [each for each in every if each.symbol == subject.symbol]
    if len(same) > 1:
        raise AuthorError(
            f"{len(same)} filters are called {subject.symbol}",
            where=same[1].filter.where(),
            expected=f"filters with names of their own; the other is at {same[0].filter.where()}",
            advice="rename one of them",
        )


def _check_files(sources: Sources) -> None:
    """Files of two names that differ in upper and lower case only are one file on some disks."""
    names = [each.symbol for each in sources.subjects] + [each.name for each in sources.devices]
    seen: set[str] = set()
    for name in names:
        if name.lower() in seen:
            raise AuthorError(
                f"two headers are to be called {name.lower()}.h",
                expected="filters and devices whose names differ, whatever their capital letters",
                advice=f"rename {name}",
            )
        seen.add(name.lower())


def _check_constants(own: Iterable[Constant], known: dict[str, str], of: str) -> None:
    for name, value in own:
        other = known.setdefault(name, value)
        if other != value:
            raise AuthorError(
                f"the constant {name} of {of} means something else in another of these headers",
                expected="names of filters, states and devices of which no such constants come",
                advice=f"rename {of}",
            )
