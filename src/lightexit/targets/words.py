# SPDX-License-Identifier: Apache-2.0
"""The words of a target: what is named, then `key=value` pairs, with commas between them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from lightexit.errors import AuthorError

SYNTAX = "FILE.py:CLASS, PACKAGE.MODULE:CLASS or the name of a device, then ,KEY=VALUE ..."


def split(text: str) -> tuple[str, dict[str, str]]:
    """What is named, and the values by key. `,,` is a comma, as on QEMU's command line.

    Raises AuthorError for a word that is no pair, and for a key that is there twice.
    """
    head, *words = (part.replace("\0", ",") for part in text.replace(",,", "\0").split(","))
    if not head or "\0" in head:
        raise AuthorError(f"{text!r} names no device", expected=SYNTAX)
    values: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z_][\w.-]*", key):
            raise AuthorError(
                f"{word!r} in {text!r}",
                expected="KEY=VALUE, as in at=0x700; a comma within a value is written ,,",
            )
        if key in values:
            raise AuthorError(f"{key} is there twice in {text!r}", expected="one value for it")
        values[key] = value
    return head, values


def close(name: str, known: Iterable[str]) -> str:
    """Which of them was meant; "" where that cannot be told."""
    lower = {each.lower(): each for each in known}
    found = difflib.get_close_matches(name.lower(), lower, n=1)
    return lower[found[0]] if found else ""


def one_of(names: Iterable[str]) -> str:
    """What to write where one of these was expected."""
    return f"one of: {', '.join(names)}"
