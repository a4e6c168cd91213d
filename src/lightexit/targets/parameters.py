# SPDX-License-Identifier: Apache-2.0
"""What a class or function asks for to make a device, by the types that it declares."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lightexit.bus.blame import place_of
from lightexit.bus.line import Line, Wires
from lightexit.errors import AuthorError

#: The type of a parameter that declares none.
UNDECLARED = inspect.Parameter.empty
_VARIABLE = inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL


@dataclass(frozen=True)
class DeclaredParameter:
    """A parameter, and its type: where none is declared that of its default, or UNDECLARED."""

    name: str
    kind: Any
    is_required: bool

    @property
    def is_line(self) -> bool:
        """Whether it takes a wire."""
        parts = typing.get_args(self.kind) or (self.kind,)
        is_one = any(isinstance(each, type) and issubclass(each, Line) for each in parts)
        return is_one and not self.is_wires

    @property
    def is_wires(self) -> bool:
        """Whether it takes wires to all interrupt inputs."""
        return bool(self.kind == Wires)

    @property
    def is_wired(self) -> bool:
        """Whether a machine gives what it takes."""
        return self.is_line or self.is_wires

    @property
    def shown_kind(self) -> str:
        """Its type for messages."""
        if self.kind is UNDECLARED:
            return "of no declared type"
        name = getattr(self.kind, "__name__", "") if isinstance(self.kind, type) else ""
        return f"a {name or str(self.kind).replace('typing.', '').replace('collections.abc.', '')}"


def parameters(maker: Callable[..., Any], name: str) -> list[DeclaredParameter]:
    """All that it takes, in order, the clock first. Raises AuthorError where that is not known."""
    function: Any = maker.__init__ if inspect.isclass(maker) else maker
    try:
        hints = typing.get_type_hints(function)
        found = list(inspect.signature(maker).parameters.values())
    except (NameError, TypeError, ValueError) as error:
        raise AuthorError(
            f"what {name} is made with is not known: {error}",
            where=place_of(maker),
            expected="parameters with types that its module imports",
        ) from None
    return [
        DeclaredParameter(each.name, _kind(hints, each), each.default is inspect.Parameter.empty)
        for each in found
        if each.kind not in _VARIABLE
    ]


def _kind(hints: dict[str, Any], parameter: inspect.Parameter) -> Any:
    if parameter.name in hints:
        return hints[parameter.name]
    default = parameter.default
    return UNDECLARED if default is inspect.Parameter.empty or default is None else type(default)
