# SPDX-License-Identifier: Apache-2.0
"""Optional dependencies: one that is missing is one line that says how to install it."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager

from lightexit.errors import HostError

#: Top-level module: the extra of lightexit's distribution that has it.
EXTRAS = {
    "rich": "cli",
    "typer": "cli",
    "unicorn": "unicorn",
    "textual": "top",
    "pyarrow": "record",
    "duckdb": "report",
    "jinja2": "report",
    "matplotlib": "report",
    "prometheus_client": "metrics",
    "hypothesis": "testing",
    "pytest": "testing",
    "z3": "prove",
    "zstandard": "save",
    "distributed": "cluster",
}


def need(user: str, *modules: str) -> None:
    """Raise HostError where one of these is not installed. Nothing is imported."""
    with optional(user):
        for module in modules:
            if importlib.util.find_spec(module) is None:
                raise ModuleNotFoundError(f"No module named {module!r}", name=module)


@contextmanager
def optional(user: str) -> Iterator[None]:
    """Within, `user` ("the Unicorn back end") imports optional modules.

    Raises HostError where one is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        if module not in EXTRAS:
            raise
        raise HostError(
            f"{user} needs the Python module {module}, which is not installed",
            advice=f"pip install 'lightexit[{EXTRAS[module]}]'",
        ) from error
