# SPDX-License-Identifier: Apache-2.0
"""Types that annotations declare, and values converted to them."""

from __future__ import annotations

import ast
import re
import types
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Any

from lightexit.abi import Array, IntType, Struct, Verdict
from lightexit.compiler.inference.expansion import Expansion
from lightexit.compiler.inference.fitting import article, as_bool, as_int, fit
from lightexit.compiler.inference.scope import NOT_STATIC, nearest, static_value
from lightexit.compiler.typed import kinds
from lightexit.compiler.typed.tree import Const, Expr

_INTEGER = re.compile(r"(\w+\.)*(c_)?(?P<kind>[isu]|u?int)(?P<bits>\d+)(_t)?")
_EXPECTED = "u8 to u64, i8 to i64, int, bool, Verdict, a Struct, or an Array"


@dataclass(frozen=True)
class Declared:
    """An annotation: `type` is the Python object it names, of a tuple `items` are its parts."""

    type: Any
    items: tuple[Declared, ...] = ()


def declared(
    fn: Expansion, node: ast.AST, annotation: ast.expr | None, of: str, example: str = ""
) -> Declared:
    """Resolve an annotation of `fn`; `of` is what it belongs to, `example` is `node` with one."""
    if annotation is None:
        raise fn.error(node, f"{of} has no type", _EXPECTED, example)
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.copy_location(_parsed(fn, annotation), annotation)
    if isinstance(annotation, ast.Subscript):
        return _generic(fn, annotation, of)
    found = static_value(fn, annotation)
    if found is NOT_STATIC:
        raise fn.error(
            annotation,
            f"{fn.text(annotation)}, the type of {of}, is not defined at run time",
            _EXPECTED,
            *_known_type(fn, annotation),
        )
    if not _is_known(found):
        what = f"{of} is of type {fn.text(annotation)}"
        raise fn.error(annotation, what, _EXPECTED, _integer_type(fn, annotation))
    return Declared(found)


def _known_type(fn: Expansion, annotation: ast.expr) -> tuple[str, str]:
    """Hint and advice for a type that does not exist, or not at run time."""
    hint = _integer_type(fn, annotation) or nearest(fn.code(annotation), fn.source.names())
    return hint, "" if hint else "import it outside of `if TYPE_CHECKING:`"


def _integer_type(fn: Expansion, annotation: ast.expr) -> str:
    """`i32` for what other languages call int32_t, s32 or c_int32; `int` for uint128."""
    match = _INTEGER.fullmatch(fn.code(annotation))
    if match is None:
        return ""
    kind, bits = match["kind"], match["bits"]
    if bits not in ("8", "16", "32", "64"):
        return "int  # unbounded, as in Python; a stored value has 64 bits at most"
    return f"{'u' if kind.startswith('u') else 'i'}{bits}  # of lightexit"


def _parsed(fn: Expansion, annotation: ast.Constant) -> ast.expr:
    try:
        return _expression(str(annotation.value))
    except SyntaxError:
        raise fn.error(annotation, "a type that is not a Python expression", _EXPECTED) from None


def _expression(text: str) -> ast.expr:
    module = ast.parse(f"({text})")
    statement = module.body[0]
    assert isinstance(statement, ast.Expr)
    return statement.value


def _is_known(found: Any) -> bool:
    if found is None or isinstance(found, IntType):
        return True
    return isinstance(found, type) and issubclass(found, int | Struct | IntEnum | IntFlag)


def _generic(fn: Expansion, annotation: ast.Subscript, of: str) -> Declared:
    outer = static_value(fn, annotation.value)
    if outer is Array:
        return Declared(Array)
    if outer is tuple and isinstance(annotation.slice, ast.Tuple):
        items = (declared(fn, each, each, of) for each in annotation.slice.elts)
        return Declared(tuple, tuple(items))
    raise fn.error(annotation, f"{of} is of type {fn.text(annotation)}", _EXPECTED)


def comply(fn: Expansion, node: ast.AST, expr: Expr, wanted: Declared, place: str) -> Expr:
    """`expr`, written at `node`, converted to `wanted`; `place` names its destination."""
    if isinstance(wanted.type, IntType):
        return fit(fn, node, expr, wanted.type, place)
    if wanted.type is bool:
        return as_bool(fn, node, expr, f"as {place}, which is a bool")
    if _is_number(wanted.type):
        return as_int(fn, node, expr)
    if _matches(expr.kind, wanted.type):
        return expr
    name = "None" if wanted.type in (None, types.NoneType) else wanted.type.__name__
    expected = name if name == "None" else f"{article(name)} {name}"
    hint, found = _verdict(fn, node, expr, wanted), f"{expr.kind} as {place}"
    raise fn.error(node, found, expected, hint, "" if hint else _other(wanted))


def _is_number(wanted: Any) -> bool:
    return isinstance(wanted, type) and issubclass(wanted, int) and wanted is not Verdict


def _matches(kind: kinds.Kind, wanted: Any) -> bool:
    if isinstance(kind, kinds.StructRef | kinds.ContextKind):
        return isinstance(wanted, type) and issubclass(kind.struct, wanted)
    if isinstance(kind, kinds.ArrayRef):
        return wanted is Array
    if isinstance(kind, kinds.VerdictKind):
        return wanted is Verdict
    return isinstance(kind, kinds.Nothing) and wanted is None


def _verdict(fn: Expansion, node: ast.AST, expr: Expr, wanted: Declared) -> str:
    """The verdict of a bool, or of the int 0 or 1."""
    if wanted.type is not Verdict:
        return ""
    if isinstance(expr, Const) and expr.value in (0, 1):
        return "Verdict.HANDLED" if expr.value else "Verdict.PASS"
    if isinstance(expr.kind, kinds.Bool):
        return f"Verdict.HANDLED if {fn.code(node)} else Verdict.PASS"
    return ""


def _other(wanted: Declared) -> str:
    if wanted.type is Verdict:
        return "Verdict.HANDLED or Verdict.PASS; what the guest reads goes into ctx.data"
    return "a value of that type, or another type for the parameter or result"


def type_of(kind: kinds.Kind) -> str:
    """What a parameter that takes such a value is declared as."""
    match kind:
        case kinds.StructRef() | kinds.ContextKind():
            return kind.struct.__name__
        case kinds.ArrayRef():
            return "Array"
        case kinds.Bool():
            return "bool"
        case kinds.VerdictKind():
            return "Verdict"
    return "int"
