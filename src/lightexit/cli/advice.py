# SPDX-License-Identifier: Apache-2.0
"""`lightexit advice`: what `top` and `report` advise, and the page of each rule."""

from __future__ import annotations

import difflib
import re
from typing import Annotated

import typer

from lightexit.errors import AuthorError


def _rules() -> list[str]:
    from lightexit.trace.advice.rules import RULES

    return [rule.name for rule in RULES]


def advice(
    rule: Annotated[
        str,
        typer.Argument(
            metavar="[RULE]",
            help="A rule, as in pm-timer: print its page.",
            autocompletion=_rules,
        ),
    ] = "",
) -> None:
    """List the rules of advice on VMs, or print the page of one."""
    from lightexit.trace.advice.pages import sections
    from lightexit.trace.advice.rules import RULES

    if not rule:
        for each in RULES:
            print(f"{each.name:18} {each.what}")
        return
    pages = sections()
    if rule not in pages:
        close = difflib.get_close_matches(rule, pages, n=1)
        raise AuthorError(
            f"there is no rule {rule!r}",
            expected=f"one of: {', '.join(pages)}",
            hint=close[0] if close else "",
        )
    # In the terminal there are no pages to go to: links within are left as their names.
    print(re.sub(r"\[([^]]+)\]\(#[^)]*\)", r"\1", pages[rule]), end="")
