# SPDX-License-Identifier: Apache-2.0
"""Values of a command line, read by the types that parameters declare."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any

from lightexit.abi import IntType
from lightexit.errors import AuthorError
from lightexit.targets.words import close, one_of

_WORDS = {"true": True, "yes": True, "on": True, "1": True}
_WORDS |= {"false": False, "no": False, "off": False, "0": False}


def number(text: str) -> int:
    """An int in the notations of Python: 1008, 0x3f0, 0b11, 0o17, 1_000. Raises ValueError."""
    return int(text, 0) if len(text) <= 100 else int("")


def _bool(text: str) -> bool:
    if text.lower() not in _WORDS:
        raise ValueError(text)
    return _WORDS[text.lower()]


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text)


_READERS: dict[Any, tuple[Callable[[str], Any], str]] = {
    int: (number, "an int, as in 1000 or 0x3e8"),
    bool: (_bool, "true or false"),
    float: (float, "a number, as in 0.5"),
    str: (str, "text"),
    bytes: (_bytes, "bytes in hexadecimal, as in 00ff10"),
    Path: (Path, "the name of a file"),
}


def can_be_given(kind: Any) -> bool:
    """Whether values of this type can be written on a command line."""
    return bool(alternatives(kind))


def alternatives(kind: Any) -> list[Any]:
    """The types, of those that a parameter declares, that can be written; `None` among them."""
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
        found = [each for part in typing.get_args(kind) for each in alternatives(part)]
        return found if any(each is not None for each in found) else []
    if kind is None or kind is type(None):
        return [None]
    is_known = kind in _READERS if _hashable(kind) else False
    is_enum = isinstance(kind, type) and issubclass(kind, Enum)
    is_literal = typing.get_origin(kind) is typing.Literal
    return [kind] if is_known or is_enum or is_literal or isinstance(kind, IntType) else []


def parse(key: str, text: str, kind: Any) -> Any:
    """The value of a parameter of this type. Raises AuthorError for text that is none."""
    told: list[str] = []
    hint = ""
    for each in alternatives(kind):
        try:
            return _read(each, text)
        except ValueError:
            told.append(_told(each))
            hint = hint or close(text, _names(each))
    raise AuthorError(
        f"{key}={text}: {text!r} is no value of it",
        expected=" or ".join(dict.fromkeys(told)),
        hint=f"{key}={hint}" if hint else "",
    )


def _read(kind: Any, text: str) -> Any:
    if kind is None:
        return _named({"none": None}, text.lower())
    if isinstance(kind, IntType):
        value = number(text)
        if not kind.minimum <= value <= kind.maximum:
            raise ValueError(text)
        return value
    if typing.get_origin(kind) is typing.Literal:
        return _named({str(each): each for each in typing.get_args(kind)}, text)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _named(dict(kind.__members__), text)
    return _READERS[kind][0](text)


def _named(known: dict[str, Any], text: str) -> Any:
    if text not in known:
        raise ValueError(text)
    return known[text]


def _told(kind: Any) -> str:
    if kind is None:
        return "none"
    if isinstance(kind, IntType):
        return f"an int of {kind.minimum:#x} to {kind.maximum:#x}"
    return one_of(names) if (names := _names(kind)) else _READERS[kind][1]


def _names(kind: Any) -> list[str]:
    if typing.get_origin(kind) is typing.Literal:
        return [str(each) for each in typing.get_args(kind)]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return list(kind.__members__)
    return []


def _hashable(kind: Any) -> bool:
    return getattr(kind, "__hash__", None) is not None
