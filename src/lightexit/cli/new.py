# SPDX-License-Identifier: Apache-2.0
"""`lightexit new`: a package with a device, its filter, tests and a guest, ready to be changed."""

from __future__ import annotations

import keyword
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

import typer

from lightexit import __version__, plugins
from lightexit.errors import AuthorError, HostError

#: What guest.py of the template writes; a test of the package compares them.
GUEST = bytes.fromhex("66ba0407 ef 66ba0007 b9e8030000 ed e2fd b000 e6f4 f4")
_LONGEST = 30
_EXPECTED = "lower-case letters, digits, - and _, a letter first, as in my-timer"


def new(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What the package and its device are called.")
    ],
    folder: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The folder to make; default: NAME, here."),
    ] = None,
) -> None:
    """Make a package with a device, filter, tests and guest.

    `python -m pytest` in it passes at once. Nothing is overwritten: the folder must be new, or
    empty.
    """
    _check(name)
    place = Path(name) if folder is None else folder
    contents = files(name)
    write(place, contents)
    module, kind = _names(name)
    print("\n".join(f"{place / each}" for each in sorted(contents)))
    print(
        f"""
next:
  cd {place}
  python -m pytest
  lightexit run --kernel guest.bin --device src/{module}/device.py:{kind},at=0x700"""
    )


def files(name: str) -> dict[str, bytes]:
    """All files of the package, by path."""
    module, kind = _names(name)
    words = {"@NAME@": name, "@MODULE@": module, "@CLASS@": kind, "@VERSION@": __version__}
    found = {"guest.bin": GUEST}
    for path, template in _templates(resources.files("lightexit.cli").joinpath("templates")):
        _licence, _, text = template.partition("\n")  # of the template, not of what it becomes
        for word, value in words.items():
            text = text.replace(word, value)
        path = path.removesuffix(".in").replace("/package/", f"/{module}/")
        path = path.replace("test_package", f"test_{module}")
        found[".gitignore" if path == "gitignore" else path] = text.encode()
    return found


def write(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Make the folder with these files, whole or not at all.

    Raises AuthorError where something is there already, HostError where it cannot be written.
    """
    parent = folder.absolute().parent
    _check_folder(folder, parent)
    try:
        with tempfile.TemporaryDirectory(dir=parent, prefix=".lightexit-new-") as made:
            whole = Path(made) / "whole"
            for path, data in contents.items():
                (whole / path).parent.mkdir(parents=True, exist_ok=True)
                (whole / path).write_bytes(data)
            os.replace(whole, folder.absolute())  # an empty folder may be there
    except OSError as error:
        raise HostError(
            f"{folder}: {(error.strerror or str(error)).lower()}",
            expected="a folder that can be made",
        ) from None


def _check_folder(folder: Path, parent: Path) -> None:
    if not parent.is_dir():
        raise AuthorError(
            f"{folder}: there is no folder {parent}",
            expected="a new name in a folder that is there",
            hint=f"mkdir -p {parent}",
        )
    if not os.path.lexists(folder):
        return
    if folder.is_symlink() or not folder.is_dir():
        raise AuthorError(f"{folder} is there already", expected="a name of nothing yet")
    if any(folder.iterdir()):
        raise AuthorError(
            f"{folder} is not empty",
            expected="a new folder, or an empty one: nothing is overwritten",
            hint="--folder DIR",
        )


def _names(name: str) -> tuple[str, str]:
    """The module and the class."""
    words = [each for each in re.split("[-_]", name) if each]
    return name.replace("-", "_"), "".join(each[:1].upper() + each[1:] for each in words)


def _check(name: str) -> None:
    """Raises AuthorError for a name that no package, or no device, can have."""
    if len(name) > _LONGEST or not re.fullmatch(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*", name):
        meant = "-".join(re.findall("[a-z0-9]+", name.lower()))[:_LONGEST].lstrip("0123456789-")
        raise AuthorError(
            f"{name!r:.80} as the name of a package", expected=_EXPECTED, hint=meant.rstrip("-")
        )
    module, kind = _names(name)
    if keyword.iskeyword(module) or keyword.issoftkeyword(module) or keyword.iskeyword(kind):
        raise _taken(name, "a word of Python's")
    if module in sys.stdlib_module_names:
        raise _taken(name, "a module of Python's")
    if module in ("lightexit", "guest", "tests", "device"):
        raise _taken(name, "a name that the package itself needs")
    if name in plugins.DEVICES.ours or module in plugins.DEVICES.ours:
        raise _taken(name, "a device of lightexit's own")


def _taken(name: str, what: str) -> AuthorError:
    return AuthorError(f"{name} is {what}", expected="another name", hint=f"my-{name}")


def _templates(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, str]]:
    for each in folder.iterdir():
        if each.is_dir():
            yield from _templates(each, f"{prefix}{each.name}/")
        elif each.name.endswith(".in"):
            yield f"{prefix}{each.name}", each.read_text("utf-8")
