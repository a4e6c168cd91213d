# SPDX-License-Identifier: Apache-2.0
"""Code of others, imported: a file that a user names, or a module that is installed.

Whatever happens in it becomes one error that shows the line; a module that could not be imported
is not left behind.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, TracebackType
from typing import TypeVar

from lightexit.errors import AuthorError, LightexitError, Location
from lightexit.files import MIB, read_file

LARGEST_TEXT = 1 * MIB
#: What the names of modules begin with that are files which a user names.
FILE_PREFIX = "lightexit_file_"
_SCRIPT = 'put what is to run as a script under: if __name__ == "__main__":'

E = TypeVar("E", bound=LightexitError)
T = TypeVar("T")


def import_file(path: Path) -> ModuleType:
    """Run a Python file as a module of its own; it may import files beside it.

    Raises AuthorError for whatever it raises.
    """
    read_file(path, "Python source", LARGEST_TEXT)
    name = _free_name(path)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise AuthorError(f"{path}: not a Python file", expected="a file ending in .py")
    module = importlib.util.module_from_spec(spec)
    loader = spec.loader
    with (
        _beside(path),
        _kept_if_whole(name, module),
        _raised_as(AuthorError, "", str(path)),
    ):
        loader.exec_module(module)
    return module


def import_module(name: str) -> ModuleType:
    """An installed module. Raises AuthorError, which names it, for whatever it raises."""
    return guarded(
        lambda: importlib.import_module(name),
        AuthorError,
        f"the module {name} cannot be imported",
        name.partition(".")[0],
    )


def guarded(function: Callable[[], T], kind: type[E], what: str, package: str = "") -> T:
    """Call code of others; what it raises becomes an error of this kind.

    `what` says what was tried; the line shown is the innermost one of `package`, if there is one.
    """
    with _raised_as(kind, what, package):
        return function()


def _free_name(path: Path) -> str:
    """Another one for each file: two may have the same name, in different folders."""
    name, number = f"{FILE_PREFIX}{path.stem}", 1
    while _is_other(sys.modules.get(name), path):
        number += 1
        name = f"{FILE_PREFIX}{path.stem}_{number}"
    return name


def _is_other(module: ModuleType | None, path: Path) -> bool:
    return module is not None and Path(module.__file__ or "").resolve() != path.resolve()


@contextlib.contextmanager
def _beside(path: Path) -> Iterator[None]:
    """Files of that folder can be imported, where nothing else has their names."""
    folder = str(path.resolve().parent)
    sys.path.append(folder)
    try:
        yield
    finally:  # what the file has put there itself stays
        last = max(number for number, each in enumerate(sys.path) if each == folder)
        del sys.path[last]


@contextlib.contextmanager
def _kept_if_whole(name: str, module: ModuleType) -> Iterator[None]:
    """Put a module where its own imports and dataclasses look for it."""
    before = sys.modules.get(name)
    sys.modules[name] = module
    try:
        yield
    except BaseException:
        if before is None:
            del sys.modules[name]
        else:
            sys.modules[name] = before
        raise


@contextlib.contextmanager
def _raised_as(kind: type[LightexitError], what: str, owner: str) -> Iterator[None]:
    """`owner` is a file, or a package: whose lines are shown first."""
    try:
        with contextlib.redirect_stdout(sys.stderr):  # standard output is the command's
            yield
    except LightexitError as error:
        if not what:
            raise
        raise _about(error, kind, what, owner) from error
    except SyntaxError as error:
        told = f"{what}: not Python" if what else "not Python"
        raise kind(f"{told}: {error.msg}", where=_syntax_location(error)) from None
    except BaseException as error:  # sys.exit(0) in it must not end the command with 0
        raise _import_error(error, kind, what, owner) from error


def _import_error(
    error: BaseException, kind: type[LightexitError], what: str, owner: str
) -> LightexitError:
    told = f"{type(error).__name__}: {error}".removesuffix(": ")
    found = f"{what}: {told}" if what else f"importing it raised {told}"
    where = _raise_location(error, owner)
    if not isinstance(error, Exception):
        told = "code that defines things and then ends" if what else "a file that defines filters"
        told = told if what else f"{told} and then ends"
        return kind(found, where=where, expected=told, advice=_SCRIPT)
    if isinstance(error, ImportError) and "relative import" in str(error):
        advice = "this file is part of a package: install it, and name PACKAGE.MODULE:CLASS"
        return kind(found, where=where, advice=advice)
    return kind(found, where=where)


def _about(
    error: LightexitError, kind: type[LightexitError], what: str, owner: str
) -> LightexitError:
    """The same, as one error that says what was tried."""
    return kind(
        f"{what}: {error.found}",
        where=error.where or _raise_location(error, owner),
        expected=error.expected,
        hint=error.hint,
        advice=error.advice,
    )


def _syntax_location(error: SyntaxError) -> Location:
    column = max((error.offset or 1) - 1, 0)
    end = max((error.end_offset or 0) - 1, column + 1)
    return Location(error.filename or "", error.lineno or 1, column, end, error.text or "")


def _raise_location(error: BaseException, owner: str) -> Location | None:
    """The innermost line that is the owner's, else the innermost of anybody's but Python's."""
    steps: list[TracebackType] = []
    trace = error.__traceback__
    while trace is not None:
        if _file(trace) != __file__ and not _file(trace).startswith("<frozen "):
            steps.append(trace)
        trace = trace.tb_next
    own = [step for step in steps if owner and _is_of(step, owner)]
    chosen = own or [step for step in steps if not _module(step).startswith("lightexit.")]
    if not chosen:
        return None
    return Location.of_line(_file(chosen[-1]), chosen[-1].tb_lineno)


def _is_of(step: TracebackType, owner: str) -> bool:
    return _file(step) == owner or _module(step).partition(".")[0] == owner


def _file(step: TracebackType) -> str:
    return step.tb_frame.f_code.co_filename


def _module(step: TracebackType) -> str:
    return str(step.tb_frame.f_globals.get("__name__", ""))
