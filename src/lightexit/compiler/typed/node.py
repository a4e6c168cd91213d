# SPDX-License-Identifier: Apache-2.0
"""`TypedNode`: a frozen record as `dataclass` makes it; fifty of those take 30 ms to import."""

from __future__ import annotations

import inspect
from typing import ClassVar, dataclass_transform


@dataclass_transform(frozen_default=True)
class TypedNode:
    """Base of records: a subclass's annotations are its fields, in order."""

    _names: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._names = (*cls._names, *inspect.get_annotations(cls))

    def __init__(self, *values: object) -> None:
        names = self._names
        if len(values) < len(names):
            values += tuple(getattr(type(self), name) for name in names[len(values) :])
        self.__dict__.update(zip(names, values, strict=True))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} is frozen")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(tuple(self.__dict__.values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.__dict__.values()))})"
