# SPDX-License-Identifier: Apache-2.0
"""`--state NAME=STRUCT`: size and layout of a state where an object does not say them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from lightexit.abi import Struct
from lightexit.cli.programs import load_structs
from lightexit.errors import AuthorError

StateOptions = Annotated[
    list[str] | None,
    typer.Option(
        "--state",
        metavar="NAME=STRUCT",
        help="Size of a state that an eBPF object without BTF does not know: bytes, header not "
        "counted, or FILE.py:Struct. May be repeated.",
    ),
]
_EXPECTED = "--state NAME=BYTES or --state NAME=FILE.py:Struct"
#: More than any map value of Linux.
_LARGEST = 1 << 29


def state_sizes(options: Iterable[str] | None) -> dict[str, int]:
    """Bytes by name of the state. Raises AuthorError."""
    told = told_states(options)
    return {
        name: each if isinstance(each, int) else each.layout.size for name, each in told.items()
    }


def told_states(options: Iterable[str] | None) -> dict[str, int | type[Struct]]:
    """Bytes, or the Struct, by name of the state. Raises AuthorError."""
    told: dict[str, int | type[Struct]] = {}
    for option in options or ():
        name, _, said = option.partition("=")
        if not name or not said:
            raise AuthorError(f"--state {option}", expected=_EXPECTED)
        if name in told:
            raise AuthorError(f"--state {name} is given twice", expected="once for each state")
        told[name] = _told(option, said)
    return told


def _told(option: str, said: str) -> int | type[Struct]:
    if said.isascii() and said.isdigit():
        size = int(said) if len(said) < 10 else _LARGEST + 1
        if 0 < size <= _LARGEST:
            return size
        raise AuthorError(f"--state {option}", expected=f"1 to {_LARGEST} bytes")
    file, _, name = said.rpartition(":")
    if not file.endswith(".py"):
        raise AuthorError(f"--state {option}", expected=_EXPECTED)
    structs = {each.__name__: each for each in load_structs(Path(file))}
    if name not in structs:
        known = f"one of: {', '.join(structs)}" if structs else "a class derived from Struct"
        raise AuthorError(f"{file} declares no Struct named {name}", expected=known)
    return structs[name]
