# SPDX-License-Identifier: Apache-2.0
"""docs/api.md's entries: each public name with the first sentence of its docstring.

    python tools/api.py     # write them anew; headings, order and all other text stay

A name that has no entry yet is put at the end, to be moved under its heading by hand.
"""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path

import lightexit
import lightexit.testing

PAGE = Path(__file__).parents[1] / "docs/api.md"
ENTRY = re.compile(r"^- `(\w+)`: .*(?:\n  .*)*$", re.MULTILINE)

_BITS = (8, 16, 32, 64)
#: Of names for values that have no docstring of their own.
VALUES = {
    **{f"u{n}": f"Unsigned, of {n} bits; `u{n}(x)` is `x` modulo 2**{n}." for n in _BITS},
    **{f"i{n}": f"Signed, of {n} bits; `i{n}(x)` keeps the low {n} bits." for n in _BITS},
    "bool": "Python's own; as a field of a struct, one byte.",
    "LAWS": "All laws, by name: of type `Law`.",
    "Step": "What may happen to a device: one of the steps below.",
    "Place": "Where a device is: an address, or one for each of its windows by name.",
}


def described(name: str) -> str:
    """What the page says of a public name: its docstring up to the end of a sentence."""
    if name in VALUES:
        return VALUES[name]
    home = lightexit if name in lightexit.__all__ else lightexit.testing
    text = inspect.getdoc(getattr(home, name)) or ""
    first = text.split("\n\n")[0].replace("\n", " ")
    return re.split(r"(?<=\.) (?=[A-Z`])", first)[0].rstrip(":")


def entry(name: str) -> str:
    """A name's line in the page."""
    return f"- `{name}`: {described(name)}"


def refreshed(page: str) -> str:
    """The page with all entries as the docstrings are now."""
    names = {*lightexit.__all__, *lightexit.testing.__all__}
    page = ENTRY.sub(lambda match: entry(match[1]) if match[1] in names else "", page)
    missing = sorted(names - set(ENTRY.findall(page)))
    return page.rstrip("\n") + "\n" + "".join(f"{entry(name)}\n" for name in missing)


def main() -> None:
    """Write the page."""
    PAGE.write_text(refreshed(PAGE.read_text("utf-8")), "utf-8")
    count = len(lightexit.__all__) + len(lightexit.testing.__all__)
    sys.stdout.write(f"{PAGE}: {count} names\n")


if __name__ == "__main__":
    main()
