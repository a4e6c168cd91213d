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

import ctypes
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, cast, overload

from lightexit.abi.types import IntType
from lightexit.errors import AuthorError, Location, UnknownField
from lightexit.shown import one_line

T = TypeVar("T")

#: Of a repr: characters, and elements of an array.
_LONGEST, _SHOWN = 400, 8

Buffer = bytearray | memoryview
#: By size in bytes: unsigned, signed.
_CTYPES: dict[int, tuple[Any, Any]] = {
    1: (ctypes.c_uint8, ctypes.c_int8),
    2: (ctypes.c_uint16, ctypes.c_int16),
    4: (ctypes.c_uint32, ctypes.c_int32),
    8: (ctypes.c_uint64, ctypes.c_int64),
}


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
    #: In bytes, as is `alignment`.
    size: int
    alignment: int

    def field(self, name: str) -> Field | None:
        """The field of that name, if there is one."""
        return next((field for field in self.fields if field.name == name), None)


def _round_up(value: int, multiple: int) -> int:
    return (value + multiple - 1) // multiple * multiple


class Array(Generic[T]):
    """A view of a fixed-length array in a struct's bytes."""

    __slots__ = ("_kind", "_parts")

    def __init__(self, kind: ArrayType, parts: Any) -> None:
        self._kind = kind
        self._parts = parts

    @property
    def buffer(self) -> memoryview:
        """Its bytes."""
        return memoryview(self._parts).cast("B")

    def __len__(self) -> int:
        return self._kind.length

    def __getitem__(self, index: int) -> T:
        if not 0 <= index < self._kind.length:
            raise IndexError(f"index {index} is outside an array of {self._kind.length}")
        part, element = self._parts[index], self._kind.element
        return cast(T, Array(element, part) if isinstance(element, ArrayType) else part)

    def __setitem__(self, index: int, value: T) -> None:
        if not 0 <= index < self._kind.length:
            raise IndexError(f"index {index} is outside an array of {self._kind.length}")
        self._parts[index] = _storable(self._kind.element, value)

    def __iter__(self) -> Iterator[T]:
        if isinstance(self._kind.element, ArrayType):
            return (self[index] for index in range(len(self)))
        return iter(self._parts)

    def __repr__(self) -> str:
        shown = [repr(self[index]) for index in range(min(len(self), _SHOWN))]
        if len(self) > _SHOWN:
            shown.append(f"... {len(self) - _SHOWN} more")
        return one_line(f"[{', '.join(shown)}]", _LONGEST)


@overload
def array(element: Array[T], length: int) -> Array[Array[T]]: ...


@overload
def array(element: type[T], length: int) -> Array[T]: ...


def array(element: Any, length: int) -> Any:
    """Declare an array field: `ram: Array[u8] = array(u8, 128)`. Arrays nest."""
    if length < 1:
        raise AuthorError(f"an array of length {length}", expected="a length of at least 1")
    return ArrayType(element, length)


def _ctype(kind: FieldType) -> Any:
    if isinstance(kind, IntType):
        return _CTYPES[kind.size][kind.signed]
    if isinstance(kind, ArrayType):
        return _ctype(kind.element) * kind.length
    return kind if issubclass(kind, Struct) else ctypes.c_bool


def _storable(kind: FieldType, value: Any) -> Any:
    """`value` as ctypes takes it. Raises OverflowError for an integer that does not fit."""
    if isinstance(kind, IntType):
        if not kind.minimum <= value <= kind.maximum:
            raise OverflowError(f"{value} does not fit in {kind.name}; wrap it: {kind.name}(...)")
        return value
    if isinstance(kind, ArrayType):
        return cast(Array[Any], value)._parts
    return value


class _ArrayMember:
    """The descriptor of an array field: `Array` keeps the bounds that ctypes does not."""

    def __init__(self, field: Field, member: Any) -> None:
        self._kind = cast(ArrayType, field.type)
        self._member = member

    def __get__(self, instance: Struct | None, owner: type) -> Any:
        if instance is None:
            return self
        # Not Array[Any]: that call takes several times as long.
        view: Array[Any] = Array(self._kind, self._member.__get__(instance, owner))
        return view

    def __set__(self, instance: Struct, value: Any) -> None:
        self._member.__set__(instance, _storable(self._kind, value))


def _field_type(owner: str, name: str, annotation: Any, default: Any, module: str) -> FieldType:
    if isinstance(default, ArrayType):
        return default
    hint = _hint(owner, name, annotation, module)
    if isinstance(hint, IntType) or hint is bool:
        return cast(FieldType, hint)
    if isinstance(hint, type) and issubclass(hint, Struct):
        return hint
    raise AuthorError(
        f"{owner}.{name} has the type {hint!r}",
        expected="u8 to u64, i8 to i64, bool, a Struct, or an array",
        hint=f"{name}: u32, or {name}: Array[u8] = array(u8, 16)",
    )


def _hint(owner: str, name: str, annotation: Any, module: str) -> Any:
    """An annotation's object; a string is resolved in the class's module."""
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, vars(sys.modules[module]))
    except NameError as error:
        raise AuthorError(
            f"{owner}.{name} has the type {annotation}, and {error}",
            expected="a type that the module defines or imports before the class",
        ) from None


def _annotations(namespace: dict[str, Any]) -> dict[str, Any]:
    """What a class body annotates. From Python 3.14 on a function in it says so, when asked."""
    if sys.version_info >= (3, 14) and "__annotations__" not in namespace:
        import annotationlib

        annotate = annotationlib.get_annotate_from_class_namespace(namespace)
        return dict(annotate(annotationlib.Format.VALUE)) if annotate else {}
    return dict(namespace.get("__annotations__", {}))


def _layout(name: str, base: Layout | None, namespace: dict[str, Any]) -> Layout:
    """What a class body declares, after what it inherits."""
    fields = list(base.fields) if base else []
    end = base.size if base else 0
    for each, annotation in _annotations(namespace).items():
        default = namespace.get(each, 0)
        kind = _field_type(name, each, annotation, default, namespace.get("__module__", __name__))
        offset = _round_up(end, alignment_of(kind))
        fields.append(Field(each, kind, offset, 0 if isinstance(default, ArrayType) else default))
        end = offset + fields[-1].size
    alignment = max((alignment_of(field.type) for field in fields), default=1)
    return Layout(name, tuple(fields), _round_up(end, alignment), alignment)


if TYPE_CHECKING:

    class _Bytes:
        @classmethod
        def from_buffer(cls, buffer: Buffer) -> Self: ...

    _BytesType = type
else:
    _Bytes = ctypes.LittleEndianStructure
    _BytesType = type(_Bytes)


class _StructType(_BytesType):
    """Turns a class body's annotations into a ctypes structure, whose members are C code."""

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> Any:
        namespace["__slots__"] = ()  # no place for anything but fields
        if bases == (_Bytes,):
            return super().__new__(cls, name, bases, namespace)
        inherited = getattr(bases[0], "layout", None)
        layout = _layout(name, inherited, namespace)
        own = layout.fields[len(inherited.fields) if inherited else 0 :]
        for field in own:
            namespace.pop(field.name, None)
        namespace["layout"] = layout
        if own:
            namespace["_fields_"] = [(field.name, _ctype(field.type)) for field in own]
        return super().__new__(cls, name, bases, namespace)

    def __init__(self, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> None:
        super().__init__(name, bases, namespace)
        if bases != (_Bytes,):  # from Python 3.13 on there are members only now
            cast(type[Struct], self)._complete(bases[0])


class Struct(_Bytes, metaclass=_StructType):
    """A C struct whose fields are declared by annotation, and read and written as attributes.

    `State()` allocates bytes holding the defaults; `State.view(buffer)` looks at bytes that
    are there already. Storing a value that does not fit raises OverflowError, naming a field
    that is not there raises UnknownField.
    """

    #: Of its fields in memory.
    layout: ClassVar[Layout]
    _initial: ClassVar[bytes]
    _integers: ClassVar[dict[str, IntType]]

    @classmethod
    def _complete(cls, base: type) -> None:
        """What a class needs beyond its ctypes members."""
        fields = cls.layout.fields
        cls._integers = {each.name: each.type for each in fields if isinstance(each.type, IntType)}
        inherited = getattr(base, "layout", None)
        for field in fields[len(inherited.fields) if inherited else 0 :]:
            if isinstance(field.type, ArrayType):
                setattr(cls, field.name, _ArrayMember(field, getattr(cls, field.name)))
        blank = cls.view(bytearray(cls.layout.size))
        _set_defaults(blank)
        cls._initial = bytes(blank)

    def __init__(self) -> None:
        super().__init__()
        self.reset()

    if not TYPE_CHECKING:  # a type checker would take it for leave to use any name

        def __setattr__(self, name: str, value: Any) -> None:
            kind = self._integers.get(name)
            if kind is not None and not kind.minimum <= value <= kind.maximum:
                _storable(kind, value)  # says what is wrong
            try:
                super().__setattr__(name, value)
            except AttributeError:
                raise _unknown(type(self), name, sys._getframe(1)) from None

    @classmethod
    def view(cls, buffer: Buffer) -> Self:
        """View existing bytes, at least `layout.size` of them, without changing them."""
        size = cls.layout.size
        if len(buffer) < size:
            raise ValueError(f"{cls.__name__} needs {size} bytes, the buffer has {len(buffer)}")
        return cls.from_buffer(buffer)

    @property
    def buffer(self) -> memoryview:
        """Its bytes."""
        return memoryview(cast(Any, self)).cast("B")

    def reset(self) -> None:
        """Put every field back to its declared default."""
        self.buffer[:] = self._initial

    def __bytes__(self) -> bytes:
        return self.buffer.tobytes()

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and bytes(self) == bytes(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        values = (f"{field.name}={getattr(self, field.name)!r}" for field in self.layout.fields)
        return one_line(f"{type(self).__name__}({', '.join(values)})", _LONGEST)


def _unknown(kind: type[Struct], name: str, frame: FrameType) -> UnknownField:
    import difflib

    known = [field.name for field in kind.layout.fields]
    is_method = hasattr(kind, name)
    return UnknownField(
        f"{name} is a method of {kind.__name__}, not a field: it cannot be assigned"
        if is_method
        else f"{kind.__name__} has no field {name}",
        where=Location.of_frame(frame),
        expected=f"one of {', '.join(known)}" if known else "none: it has no fields",
        hint=" or ".join(difflib.get_close_matches(name, known, n=2)),
    )


def _set_defaults(instance: Struct) -> None:
    for field in instance.layout.fields:
        if isinstance(field.type, IntType) or field.type is bool:
            setattr(instance, field.name, field.default)
        else:
            _default_parts(getattr(instance, field.name))


def _default_parts(member: Struct | Array[Any]) -> None:
    if isinstance(member, Struct):
        member.reset()
        return
    for element in member:
        if isinstance(element, Struct | Array):
            _default_parts(element)
