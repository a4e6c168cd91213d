# SPDX-License-Identifier: Apache-2.0
"""The text of functions that were typed at Python's prompt.

Python before 3.13 calls the file of all of them `<stdin>` and keeps no text; later versions may
keep it where only `inspect` finds it. readline's history has the lines, and a text is taken from
there only if it compiles to the same code. Where things stand is left out of that: of what was
pasted, Python has it wrong. What code does not show, the widths of a function's locals, is told
apart by time: the statement that runs now is the latest. Where two texts remain, none is taken.
"""

from __future__ import annotations
import __future__

import linecache
import sys
from collections.abc import Iterator
from itertools import count
from types import CodeType, FrameType, FunctionType

#: Lines of the history that are looked at, and of a statement.
_MOST_LINES, _LONGEST = 2_000, 300
_FUTURES = 0
for _name in __future__.all_feature_names:
    _FUTURES |= getattr(__future__, _name).compiler_flag

_numbers = count(1)


def keep_source(function: FunctionType) -> None:
    """Have `linecache` know the text of a function typed at a prompt, under a file name that no
    other function has. Nothing changes where it is known, or cannot be found."""
    code = function.__code__
    if linecache.getlines(code.co_filename):
        return
    text = _kept_by_python(code) or _typed(code, _is_running(code, sys._getframe(1)))
    same = text and _compiled(text, code)
    if not text or not same:
        return
    file = f"<stdin-{next(_numbers)}>"
    linecache.cache[file] = len(text), None, text.splitlines(keepends=True), file
    function.__code__ = same.replace(co_filename=file)


def _kept_by_python(code: CodeType) -> str | None:
    if sys.version_info < (3, 13):
        return None
    import inspect

    try:
        return "".join(inspect.findsource(code)[0])
    except OSError:
        return None


def _typed(code: CodeType, is_running: bool) -> str | None:
    """The one text in the history that this code can come from."""
    entries = _history()
    newest = len(entries[-1].split("\n")) if entries else 0
    lines = "\n".join(entries).split("\n")
    found = {
        text
        for start, text in _statements(lines, code)
        if not is_running or start + text.count("\n") > len(lines) - newest
    }
    return found.pop() if len(found) == 1 else None


def _history() -> list[str]:
    """What was typed or pasted, the latest last; nothing where readline is not in use."""
    readline = sys.modules.get("readline")
    if readline is None:
        return []
    length = readline.get_current_history_length()
    numbers = range(max(length - _MOST_LINES, 0) + 1, length + 1)
    entries = [readline.get_history_item(number) or "" for number in numbers]
    while entries and not entries[-1].strip():
        entries.pop()
    return [entry.rstrip("\n") for entry in entries]


def _statements(lines: list[str], code: CodeType) -> Iterator[tuple[int, str]]:
    """Each part of the history that compiles to that code, with its first line's number."""
    for number, line in enumerate(lines):
        if not line.lstrip().startswith(f"def {code.co_name}"):
            continue
        start = _start(lines, number)
        for end in range(number + 1, min(len(lines), start + _LONGEST) + 1):
            if end < len(lines) and lines[end][:1].isspace():
                continue  # the block goes on
            text = "\n".join(lines[start:end]) + "\n"
            if _compiled(text, code):
                yield start, text
                break


def _start(lines: list[str], number: int) -> int:
    """The first line of the statement that a line is part of, decorators included."""
    while number > 0 and (lines[number][:1].isspace() or lines[number - 1].startswith("@")):
        number -= 1
    return number


def _compiled(text: str, code: CodeType) -> CodeType | None:
    """That code, if the text is one statement that makes it, once."""
    flags = code.co_flags & _FUTURES
    try:
        whole = compile(text, code.co_filename, "single", flags, dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    found = [each for each in _inner(whole) if _bare(each) == _bare(code)]
    return found[0] if len(found) == 1 else None


def _bare(code: CodeType) -> CodeType:
    """Without where it stands."""
    consts = (_bare(each) if isinstance(each, CodeType) else each for each in code.co_consts)
    return code.replace(co_firstlineno=1, co_linetable=b"", co_consts=tuple(consts))


def _is_running(code: CodeType, frame: FrameType | None) -> bool:
    """Whether the statement that defines the function is what the prompt runs now."""
    while frame is not None:
        outer = frame.f_code
        if outer.co_filename == code.co_filename and outer.co_name == "<module>":
            return any(each is code for each in _inner(outer))
        frame = frame.f_back
    return False


def _inner(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _inner(each)
