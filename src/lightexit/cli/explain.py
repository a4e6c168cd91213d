# SPDX-License-Identifier: Apache-2.0
"""`lightexit explain`: a filter's source beside its bytecode, and its answer to each access."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lightexit.cli.state_sizes import StateOptions, told_states
from lightexit.cli.status import ExitCode
from lightexit.cli.subjects import FilterNamed, FilterSubject, subjects
from lightexit.errors import AuthorError

if TYPE_CHECKING:
    from lightexit.cli.explained import NotExplained
    from lightexit.explain import ExplainSubject, Explanation


def explain(
    file: FilterNamed,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print all of it as one JSON document.")
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a page of HTML that needs nothing else."),
    ] = None,
    bytecode: Annotated[
        bool,
        typer.Option("--bytecode/--no-bytecode", help="Instructions below each line of source."),
    ] = True,
    state: StateOptions = None,
) -> None:
    """Show what each line costs, and what is done with each access.

    Also what is known at each line, and where a filter may fault. All by proof: it holds
    whatever the state, the time and the value written are. A filter that does not
    compile, or that is refused, is told among the others. The exit status is then 1.
    """
    from lightexit.cli.compile import write_bytes
    from lightexit.cli.explained import NotExplained, document, text
    from lightexit.extras import need
    from lightexit.files import check_writable

    if html is not None:
        need("a page", "jinja2")
        check_writable(html)
    found = [_explained(each) for each in subjects(file, told_states(state))]
    if html is not None:
        from lightexit.explain.page import page

        refused = [each.error for each in found if isinstance(each, NotExplained)]
        shown = [each for each in found if not isinstance(each, NotExplained)]
        write_bytes(html, page(shown, refused).encode())
    if as_json:
        print(json.dumps(document(found), indent=2))
    elif html is None:
        print("\n\n".join(text(each, with_bytecode=bytecode) for each in found))
    if any(isinstance(each, NotExplained) for each in found):
        raise typer.Exit(ExitCode.REFUSED)


def _explained(subject: FilterSubject) -> Explanation | NotExplained:
    from lightexit.cli.explained import NotExplained
    from lightexit.explain import explain as explain_filter

    try:
        return explain_filter(to_explain(subject))
    except AuthorError as error:
        return NotExplained(subject.title, error)


def to_explain(subject: FilterSubject) -> ExplainSubject:
    """The filter with the windows of its device, where it has one."""
    from lightexit.explain import ExplainSubject
    from lightexit.explain.values import RegisterWindow

    windows = tuple(
        RegisterWindow(each.space, each.offset, each.size, each.register_width)
        for each in subject.regions
    )
    return ExplainSubject(subject.title, subject.filter, windows, _namer(subject))


def _namer(subject: FilterSubject) -> Callable[[int], str] | None:
    device = subject.device
    if device is None:
        return None

    def name(offset: int) -> str:
        told = device.register_name(offset)
        return "" if told.startswith("+") else told  # an offset, where it has no name

    return name
