# SPDX-License-Identifier: Apache-2.0
"""`Struct`: a little-endian C struct, declared once by annotation, living in plain bytes.

    class Timer(Struct):
        config: u64
        comparator: u64 = 2**64 - 1

    class Hpet(Struct):
        base: u64
        timers: Array[Timer] = array(Timer, 3)

Fields have their natural alignment, in order of declaration. The same bytes are the device
model's view, the filter's map value, the C struct and the snapshot.
"""

from __future__ import annotations

import inspect
import struct as _struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Self, TypeVar, cast, overload

from lightexit.abi.types import IntType
from lightexit.errors import AuthorError

T = TypeVar("T")

Buffer = bytearray | memoryview
_FORMATS = {1: "<B", 2: "<H", 4: "<I", 8: "<Q"}


@dataclass(frozen=True)
class ArrayType:
    """A fixed-length array of scalars, structs or arrays."""

    element: FieldType
    length: int


FieldType = IntType | type[bool] | ArrayType | type["Struct"]


def size_of(kind: FieldType) -> int:
    """Size in bytes of a field of this type."""
    if isinstance(kind, IntType):
        return kind.size
    if isinstance(kind, ArrayType):
        return size_of(kind.element) * kind.length
    return kind.layout.size if issubclass(kind, Struct) else 1


def alignment_of(kind: FieldType) -> int:
    """Natural alignment in bytes of a field of this type."""
    if isinstance(kind, IntType):
        return kind.size
    if isinstance(kind, ArrayType):
        return alignment_of(kind.element)
    return kind.layout.alignment if issubclass(kind, Struct) else 1


@dataclass(frozen=True)
class Field:
    """One field of a layout: `offset` and sizes in bytes."""

    name: str
    type: FieldType
    offset: int
    default: Any = 0

    @property
    def size(self) -> int:
        """Size in bytes."""
        return size_of(self.type)


@dataclass(frozen=True)
class Layout:
    """Where every field of a struct lies. `size` is a multiple of `alignment`."""

    name: str
    fields: tuple[Field, ...]
    size: int
    alignment: int

    def field(self, name: str) -> Field | None:
        """The field of that name, if there is one."""
        return next((field for field in self.fields if field.name == name), None)


def _round_up(value: int, multiple: int) -> int:
    return (value + multiple - 1) // multiple * multiple


class Array(Generic[T]):
    """A view of a fixed-length array in a struct's bytes."""

    def __init__(self, kind: ArrayType, buffer: memoryview) -> None:
        self._kind = kind
        self._buffer = buffer
        self._stride = size_of(kind.element)

    def __len__(self) -> int:
        return self._kind.length

    def _offset(self, index: int) -> int:
        if not 0 <= index < self._kind.length:
            raise IndexError(f"index {index} is outside an array of {self._kind.length}")
        return index * self._stride

    def __getitem__(self, index: int) -> T:
        return cast(T, _load(self._kind.element, self._buffer, self._offset(index)))

    def __setitem__(self, index: int, value: T) -> None:
        _store(self._kind.element, self._buffer, self._offset(index), value)

    def __iter__(self) -> Iterator[T]:
        return (self[index] for index in range(len(self)))


@overload
def array(element: Array[T], length: int) -> Array[Array[T]]: ...


@overload
def array(element: type[T], length: int) -> Array[T]: ...


def array(element: Any, length: int) -> Any:
    """Declare an array field: `ram: Array[u8] = array(u8, 128)`. Arrays nest."""
    if length < 1:
        raise AuthorError(f"an array of length {length}", expected="a length of at least 1")
    return ArrayType(element, length)


def _load(kind: FieldType, buffer: memoryview, offset: int) -> Any:
    if isinstance(kind, IntType):
        return _struct.unpack_from(_FORMATS[kind.size], buffer, offset)[0]
    part = buffer[offset : offset + size_of(kind)]
    if isinstance(kind, ArrayType):
        return Array[Any](kind, part)
    return kind.view(part) if issubclass(kind, Struct) else buffer[offset] != 0


def _store(kind: FieldType, buffer: memoryview, offset: int, value: Any) -> None:
    if isinstance(kind, IntType):
        if not 0 <= value <= kind.maximum:
            raise OverflowError(f"{value} does not fit in {kind.name}; wrap it: {kind.name}(...)")
        _struct.pack_into(_FORMATS[kind.size], buffer, offset, value)
    elif kind is bool:
        buffer[offset] = bool(value)
    else:
        part = buffer[offset : offset + size_of(kind)]
        source = getattr(value, "_buffer", None)
        if not isinstance(source, memoryview) or len(source) != len(part):
            raise TypeError("a nested struct or array is assigned field by field")
        part[:] = source


class _Member:
    """The descriptor behind a declared field: reads and writes the instance's bytes."""

    __slots__ = ("_field",)

    def __init__(self, field: Field) -> None:
        self._field = field

    def __get__(self, instance: Struct | None, owner: type) -> Any:
        if instance is None:
            return self
        return _load(self._field.type, instance._buffer, self._field.offset)

    def __set__(self, instance: Struct, value: Any) -> None:
        _store(self._field.type, instance._buffer, self._field.offset, value)


class _Scalar(_Member):
    """The same for an integer, which models read and write most."""

    __slots__ = ("_maximum", "_offset", "_pack", "_unpack")

    def __init__(self, field: Field, kind: IntType) -> None:
        super().__init__(field)
        codec = _struct.Struct(_FORMATS[kind.size])
        self._pack, self._unpack = codec.pack_into, codec.unpack_from
        self._offset, self._maximum = field.offset, kind.maximum

    def __get__(self, instance: Struct | None, owner: type) -> Any:
        if instance is None:
            return self
        return self._unpack(instance._buffer, self._offset)[0]

    def __set__(self, instance: Struct, value: int) -> None:
        if 0 <= value <= self._maximum:
            self._pack(instance._buffer, self._offset, value)
        else:
            _store(self._field.type, instance._buffer, self._offset, value)  # says what is wrong


def _member(field: Field) -> _Member:
    return _Scalar(field, field.type) if isinstance(field.type, IntType) else _Member(field)


def _field_type(owner: type, name: str, annotation: Any, default: Any) -> FieldType:
    if isinstance(default, ArrayType):
        return default
    hint = _hint(owner, name, annotation)
    if isinstance(hint, IntType) or hint is bool:
        return cast(FieldType, hint)
    if isinstance(hint, type) and issubclass(hint, Struct):
        return hint
    raise AuthorError(
        f"{owner.__name__}.{name} has the type {hint!r}",
        expected="u8, u16, u32, u64, bool, a Struct, or an array",
        hint=f"{name}: u32, or {name}: Array[u8] = array(u8, 16)",
    )


def _hint(owner: type, name: str, annotation: Any) -> Any:
    """An annotation's object; a string is resolved in the class's module."""
    if not isinstance(annotation, str):
        return annotation
    namespace = vars(sys.modules[owner.__module__])
    try:
        return eval(annotation, namespace, dict(vars(owner)))
    except NameError as error:
        raise AuthorError(
            f"{owner.__name__}.{name} has the type {annotation}, and {error}",
            expected="a type that the module defines or imports before the class",
        ) from None


class Struct:
    """Base of all layouts; see the module's text. Fields are read and written as attributes.

    `State()` allocates bytes holding the defaults; `State.view(buffer)` looks at bytes that
    are there already. Storing a value that does not fit raises OverflowError.
    """

    layout: ClassVar[Layout]
    _buffer: memoryview

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        fields: list[Field] = list(cls.layout.fields) if hasattr(cls, "layout") else []
        end = fields[-1].offset + fields[-1].size if fields else 0
        for name, annotation in inspect.get_annotations(cls).items():
            default = cls.__dict__.get(name, 0)
            kind = _field_type(cls, name, annotation, default)
            offset = _round_up(end, alignment_of(kind))
            initial = 0 if isinstance(default, ArrayType) else default
            field = Field(name, kind, offset, initial)
            fields.append(field)
            setattr(cls, name, _member(field))
            end = offset + field.size
        alignment = max((alignment_of(field.type) for field in fields), default=1)
        cls.layout = Layout(cls.__name__, tuple(fields), _round_up(end, alignment), alignment)

    def __init__(self) -> None:
        self._buffer = memoryview(bytearray(self.layout.size))
        self.reset()

    @classmethod
    def view(cls, buffer: Buffer) -> Self:
        """Look at existing bytes, at least `layout.size` of them, without changing them."""
        size = cls.layout.size
        if len(buffer) < size:
            raise ValueError(f"{cls.__name__} needs {size} bytes, the buffer has {len(buffer)}")
        instance = cls.__new__(cls)
        instance._buffer = memoryview(buffer)[:size]
        return instance

    def reset(self) -> None:
        """Put every field back to its declared default."""
        self._buffer[:] = bytes(len(self._buffer))
        _set_defaults(self)

    def __bytes__(self) -> bytes:
        return bytes(self._buffer)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and bytes(self) == bytes(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        values = (f"{field.name}={getattr(self, field.name)!r}" for field in self.layout.fields)
        return f"{type(self).__name__}({', '.join(values)})"


def _set_defaults(instance: Struct) -> None:
    for field in instance.layout.fields:
        member = getattr(instance, field.name)
        if isinstance(member, Struct | Array):
            _default_parts(member)
        elif field.default:
            setattr(instance, field.name, field.default)


def _default_parts(member: Struct | Array[Any]) -> None:
    if isinstance(member, Struct):
        _set_defaults(member)
        return
    for element in member:
        if isinstance(element, Struct | Array):
            _default_parts(element)
