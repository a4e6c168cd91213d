# SPDX-License-Identifier: Apache-2.0
"""From a file that a user names to the filters and programs in it.

Python source, an eBPF object (ELF), assembler text, or raw bytecode: told apart by content and
ending. `FILE:NAME` picks one program out of several.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from lightexit.abi import STATE_OFFSET, Struct
from lightexit.errors import AuthorError
from lightexit.files import MIB, read_file
from lightexit.filter import Filter
from lightexit.imports import import_file

if TYPE_CHECKING:
    from lightexit.isa.program import Program

T = TypeVar("T", "Program", "Filter[Any]")
R = TypeVar("R")

LARGEST_OBJECT, LARGEST_TEXT = 4 * MIB, 1 * MIB
_FORMATS = "Python source (.py), assembler text (.s), an eBPF object (ELF) or raw bytecode"

ProgramFile = Annotated[
    str,
    typer.Argument(
        metavar="FILE[:NAME]",
        help="Python source (.py), assembler text (.s), eBPF object or raw bytecode; with NAME, "
        "that filter only.",
    ),
]


def split_name(argument: str) -> tuple[Path, str | None]:
    """`FILE:NAME` or `FILE`; a file whose own name has a colon is left whole."""
    if Path(argument).exists():
        return Path(argument), None
    file, colon, name = argument.rpartition(":")
    return (Path(file), name) if colon and Path(file).exists() else (Path(argument), None)


@dataclass(frozen=True)
class NotCompiled:
    """A filter that has no bytecode, and why."""

    name: str
    error: AuthorError


def programs(argument: str, sizes: Mapping[str, int] | None = None) -> Iterator[Program]:
    """The programs in a file, compiled or decoded; `sizes` is that of states in bytes, by name.

    Raises AuthorError. A filter that does not compile keeps no other from being compiled: of
    several, each error is printed, and the one raised at the end says how many there were.
    """
    path, name = split_name(argument)
    if path.suffix != ".py":
        yield from _picked(_programs_in(path, sizes), name, path)
        return
    refuse_sizes(path, sizes)
    found = for_each(load_filters(argument), lambda filter_: filter_.program)
    failed = [each for each in found if isinstance(each, NotCompiled)]
    for each in found:
        if not isinstance(each, NotCompiled):
            yield each
        elif len(found) > 1:
            print(f"lightexit: {each.error}", file=sys.stderr)
    if failed and len(found) > 1:
        raise AuthorError(f"{path}: {len(failed)} of {len(found)} filters not compiled")
    if failed:
        raise failed[0].error


def for_each(
    filters: Iterable[Filter[Any]], work: Callable[[Filter[Any]], R]
) -> list[R | NotCompiled]:
    """What `work` makes of each filter, or why it does not compile."""
    made: list[R | NotCompiled] = []
    for each in filters:
        try:
            made.append(work(each))
        except AuthorError as error:
            made.append(NotCompiled(each.name, error))
    return made


def load_filters(argument: str) -> list[Filter[Any]]:
    """The filters in a Python file. Raises AuthorError."""
    path, name = split_name(argument)
    found = [value for value in vars(import_file(path)).values() if isinstance(value, Filter)]
    return _picked(list(dict.fromkeys(found)), name, path)


def load_structs(path: Path) -> list[type[Struct]]:
    """The structs that a Python file declares."""
    module = import_file(path)
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Struct)
        and value.__module__ == module.__name__
    ]


def _picked(found: list[T], name: str | None, path: Path) -> list[T]:
    names = ", ".join(item.name for item in found)
    if not found:
        raise AuthorError(
            f"{path} holds no filter", expected="a function decorated with @io_filter"
        )
    chosen = [item for item in found if name is None or item.name == name]
    if not chosen:
        raise AuthorError(f"{path} holds no filter named {name}", expected=f"one of: {names}")
    return chosen


def assembled(path: Path) -> Program:
    """The program in a file of assembler text. Raises AuthorError."""
    from lightexit.isa import assemble

    return assemble(_text(path), file=str(path))


def _programs_in(path: Path, sizes: Mapping[str, int] | None) -> list[Program]:
    from lightexit.isa import read_elf

    if path.suffix in (".s", ".asm"):
        refuse_sizes(path, sizes)
        return [assembled(path)]
    data = read_file(path, _FORMATS, LARGEST_OBJECT)
    if data.startswith(b"\x7fELF"):
        return read_elf(data, value_offset=STATE_OFFSET, file=str(path), sizes=sizes)
    refuse_sizes(path, sizes)
    return [_from_bytecode(path, data)]


def refuse_sizes(path: str | Path, sizes: Mapping[str, Any] | None) -> None:
    """Raises AuthorError where sizes of states are given for what is no object."""
    if sizes:
        raise AuthorError(
            f"--state is given, and {path} is no eBPF object",
            expected="--state for an object (ELF): other files declare their states themselves",
        )


def _from_bytecode(path: Path, code: bytes) -> Program:
    from lightexit.isa import SLOT_SIZE, Program, decode
    from lightexit.isa.linker import MOST_SLOTS

    if len(code) > MOST_SLOTS * SLOT_SIZE:
        raise AuthorError(
            f"{path} has {len(code):,} bytes, and is no ELF file",
            expected=f"raw bytecode, at most {MOST_SLOTS * SLOT_SIZE:,} bytes",
        )
    try:
        decode(code)
    except AuthorError as error:
        raise AuthorError(f"{path}: {error.found}", expected=_FORMATS) from None
    return Program(path.stem, code)


def _text(path: Path) -> str:
    try:
        return read_file(path, "assembler text", LARGEST_TEXT).decode()
    except UnicodeDecodeError as error:
        raise AuthorError(f"{path}: not UTF-8 text (byte {error.start})") from None
