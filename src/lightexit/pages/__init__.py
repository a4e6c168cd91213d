# SPDX-License-Identifier: Apache-2.0
"""Pages of HTML that need nothing else: no script, no other file, no network.

`base.html.jinja` is what they have in common: the policy that forbids all that, colours for light,
dark and paper, and how text, tables and figures look.
"""

from __future__ import annotations

from importlib import resources
from typing import Any

from lightexit.extras import optional


def render(package: str, **values: Any) -> str:
    """The template `page.html.jinja` of a package, which extends "base.html.jinja".

    All texts are escaped, but for what is `drawn`. Raises HostError where jinja2 is missing.
    """
    with optional("a page"):
        import jinja2

    def load(name: str) -> str | None:
        where = __name__ if name == "base.html.jinja" else package
        return resources.files(where).joinpath(name).read_text("utf-8")

    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        loader=jinja2.FunctionLoader(load),
    )
    return environment.get_template("page.html.jinja").render(**values)


def drawn(svg: str) -> Any:
    """A picture that goes into a page as it is: of our own drawing, its texts escaped."""
    with optional("a page"):
        import markupsafe
    return markupsafe.Markup(svg)
