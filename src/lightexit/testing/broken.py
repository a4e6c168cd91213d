# SPDX-License-Identifier: Apache-2.0
"""`LawBroken`: what a device did against a law, with a test that shows it."""

from __future__ import annotations

import dataclasses
import re
import textwrap
from typing import Any

from lightexit.errors import AuthorError

_NAMES = re.compile(
    r"\b(?:Subject|Read|Write|Wait|Jump|WaitDeadline|JumpDeadline|Drive|Expect|FromOutside|"
    r"Restore|Reset|Trace|FilterRun)(?=\()"
)


class LawBroken(AuthorError):  # noqa: N818 - it is no mistake in a test
    """A device breaks a law. `test` is the source of a test that fails as long as it does."""

    test = ""
    #: How many steps of a trace show it, where that is known.
    steps: int | None = None

    def __str__(self) -> str:
        text = super().__str__()
        if not self.test:
            return text
        return f"{text}\n  this test shows it:\n\n{textwrap.indent(self.test, '    ')}"


def source_of_test(subject: Any, law: str, example: Any) -> str:
    """A test that holds a subject, as it was given to the tests, to a law in this example."""
    name, expression, sources = _expression(subject)
    shown = f"{expression}, {_literal(example)}"
    used = {"replay", *_NAMES.findall(re.sub(r"b?'[^']*'|b?\"[^\"]*\"", "", shown))}
    imports = [f"from lightexit.testing import {', '.join(sorted(used))}"]
    if "Space." in shown:
        imports.insert(0, "from lightexit import Space")
    imports += [
        f"from {module} import {each.partition('.')[0]}" for module, each in sources if module
    ]
    title = re.sub(r"\W|_", "", name.rpartition(".")[2].lower().removeprefix("test"))
    lines = [f"def test_{title}_{law}() -> None:", *(f"    {each}" for each in imports), ""]
    return "\n".join([*lines, f"    replay({shown}, {law!r})"]) + "\n"


def _literal(example: Any) -> str:
    """An example over several lines, if it has several steps."""
    steps = getattr(example, "steps", None)
    if not steps:
        return repr(example)
    parts = [*map(repr, steps), *([f"start_ns={example.start_ns}"] if example.start_ns else [])]
    inner = "".join(f"\n        {each}," for each in parts)
    return f"Trace({inner}\n    )"


def _expression(subject: Any) -> tuple[str, str, list[tuple[str, str]]]:
    """Its name, the expression that is the subject, and modules and names to import for it."""
    if isinstance(subject, str):
        target = subject.partition(",")[0].removesuffix(".py")
        return re.split("[:/]", target)[-1], repr(subject), []
    if not dataclasses.is_dataclass(subject) or isinstance(subject, type):
        module, name = _named(subject)
        return name, name, [(module, name)]
    given = {each.name: getattr(subject, each.name) for each in dataclasses.fields(subject)}
    del given["known"]  # the test has the trace that matters
    sources = [_named(given.pop("device"))]
    name, reference = sources[0][1], given.pop("reference")
    plain = {each.name: each.default for each in dataclasses.fields(subject)} | _EMPTY
    told = [f", {each}={value!r}" for each, value in given.items() if value != plain[each]]
    if reference is not None:
        sources.append(_named(reference))
        told.append(f", reference={sources[-1][1]}")
    return name, f"Subject({name}{''.join(told)})", sources


#: What a subject's fields with a factory are by default.
_EMPTY: dict[str, Any] = {"settings": {}, "exempt": {}}


def _named(thing: Any) -> tuple[str, str]:
    """Where it can be imported from, if it can be, and its name."""
    name = str(getattr(thing, "__qualname__", "DEVICE"))
    if "<" in name:  # of a function's inside: only there it has a name
        return "", re.sub(r"\W", "", name.rpartition(">")[2]) or "DEVICE"
    return str(getattr(thing, "__module__", "")), name
