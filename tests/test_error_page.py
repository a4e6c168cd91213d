# SPDX-License-Identifier: Apache-2.0
"""docs/errors.md has the messages as they are, and all kinds of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lightexit.isa import assemble
from lightexit.verifier import verify
from tools.errors import GOLDEN, PAGE, ROOT, current, golden
from verifier.test_refused import LAWS, SAFETY

TEXT = PAGE.read_text("utf-8")


def _shapes() -> list[str]:
    """Kinds of messages, `…` for what differs: list items that are nothing but code."""
    return [told for _, told in re.findall(r"^- (`+) ?(.+?) ?\1$", TEXT, re.MULTILINE)]


def _pattern(shape: str) -> str:
    return ".+".join(map(re.escape, shape.split("…")))


def _found(message: str) -> str:
    """What was found, without the place, and without the call that led there."""
    first = re.sub(r"^\S+\.py:\d+(:\d+)?: ", "", message.split("\n")[0])
    return re.sub(r" \(in \w+, called from .*\)$", "", first)


def _refusals() -> Iterator[str]:
    """What the verifier says of bytecode."""
    for case in (*SAFETY.values(), *LAWS.values()):
        error = verify(assemble(case.text), case.limits).error
        assert error is not None
        yield error.found


def _messages() -> set[str]:
    names = [f"{path.parent.name}/{path.stem}" for path in GOLDEN.glob("[em]*/*.txt")]
    return {*(_found(golden(name).message) for name in names), *_refusals()}


def _says(source: str, shape: str) -> bool:
    return all(part.strip(": ") in source for part in shape.split("…"))


def test_messages_and_repairs_are_copied_as_they_are() -> None:
    assert current(TEXT) == TEXT, "python tools/errors.py writes them anew"


def test_messages_are_of_kinds_that_the_page_has() -> None:
    kind = re.compile("|".join(_pattern(shape) for shape in _shapes()))
    messages = _messages()
    assert len(messages) > 250
    assert [found for found in sorted(messages) if not kind.fullmatch(found)] == []


def test_kinds_are_those_of_messages() -> None:
    """Of the tests, of the page's own commands, or at least of the code."""
    messages = "\n".join(_messages())
    sources = [path.read_text("utf-8") for path in (ROOT / "src/lightexit").rglob("*.py")]
    blocks = "\n".join(re.findall(r"^```.*?^```", TEXT, re.DOTALL | re.MULTILINE))
    unknown = [shape for shape in _shapes() if not re.search(_pattern(shape), messages + blocks)]
    assert [shape for shape in unknown if not any(_says(each, shape) for each in sources)] == []
