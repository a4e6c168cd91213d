# SPDX-License-Identifier: Apache-2.0
"""What to say of syntax that is not part of the filter language: found, expected, try, help."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lightexit.compiler.inference.expansion import Expansion

#: What was found and expected, the code to put in its place, and advice in words.
Refusal = tuple[str, str, str, str]

_MODULE = "helpers beside the filter, in its module"
_NUMBERS = "ints and bools"
_TOTAL = "a verdict for every access"
_STATE = "state in a Struct"
_AT_ONCE = "code that never waits"
_HELPER = "an @inline function in the module, to which all it needs is passed"
_LOOP = "for i in range(N): ..., N being the number of rounds"
_PARAMETER = "give the filter a state parameter, and the Struct a field"
_BY_RESULT = "return a bool that says so; the filter tests it and returns Verdict.PASS"
_MODEL = "leave that to the device model: return Verdict.PASS"

#: By syntax: its name, what a filter has instead, and how to do without it.
_REFUSALS: dict[type[ast.AST], tuple[str, str, str]] = {
    ast.FunctionDef: ("a function", _MODULE, _HELPER),
    ast.AsyncFunctionDef: ("an async function", _MODULE, _HELPER),
    ast.ClassDef: ("a class", _MODULE, "class ...(Struct) in the module"),
    ast.Lambda: ("a lambda", _MODULE, _HELPER),
    ast.Import: ("an import", "imports at the top of the module", "import it there"),
    ast.ImportFrom: ("an import", "imports at the top of the module", "import it there"),
    ast.Global: ("`global`", _STATE, _PARAMETER),
    ast.Nonlocal: ("`nonlocal`", _STATE, _PARAMETER),
    ast.Delete: ("`del`", "locals, which need no deleting", "leave it out"),
    ast.Raise: (
        "`raise`",
        _TOTAL,
        _BY_RESULT,
    ),
    ast.Try: ("`try`", _TOTAL, "test first, and return Verdict.PASS where it would fail"),
    ast.TryStar: ("`try`", _TOTAL, "test first, and return Verdict.PASS where it would fail"),
    ast.Assert: (
        "`assert`",
        _TOTAL,
        _BY_RESULT,
    ),
    ast.With: ("`with`", "no locks: the host locks the state around each run", "leave it out"),
    ast.AsyncWith: ("`async with`", _AT_ONCE, "leave it out"),
    ast.AsyncFor: ("`async for`", _AT_ONCE, _LOOP),
    ast.Await: ("`await`", _AT_ONCE, _MODEL),
    ast.Yield: ("`yield`", _AT_ONCE, "put it into ctx.data and return Verdict.HANDLED"),
    ast.YieldFrom: ("`yield from`", _AT_ONCE, "put it into ctx.data and return Verdict.HANDLED"),
    ast.List: ("a list", _NUMBERS, "an Array field in the state, or a local for each"),
    ast.Set: ("a set", _NUMBERS, "x in (1, 2), or an int with one bit for each member"),
    ast.Dict: ("a dict", _NUMBERS, "match ...: case ...:"),
    ast.Tuple: (
        "a tuple as a value",
        "tuples only in unpacking and in an @inline function's return",
        "a, b = x, y",
    ),
    ast.ListComp: ("a comprehension", "a loop", _LOOP),
    ast.SetComp: ("a comprehension", "a loop", _LOOP),
    ast.DictComp: ("a comprehension", "a loop", _LOOP),
    ast.GeneratorExp: ("a generator", "a loop", _LOOP),
    ast.JoinedStr: ("a formatted string", _NUMBERS, "leave it out: texts belong to the model"),
    ast.NamedExpr: ("`:=`", "a separate assignment", "assign it in the line before"),
    ast.Starred: ("`*` before a value", "each value by its name", "f(a, b)"),
    ast.Slice: ("a slice", "one index", "for i in range(N): ... a[i] ..."),
}

_CONSTANTS: dict[type, tuple[str, str, str]] = {
    str: ("a string", _NUMBERS, "a number, or an enum's member, that stands for it"),
    bytes: ("bytes", _NUMBERS, "one number, or a table of the module: TABLE[i]"),
    float: ("a float", _NUMBERS, "scale it first: 1193182 Hz for 1.193182 MHz"),
    complex: ("a complex number", _NUMBERS, "two ints"),
    tuple: ("a tuple", _NUMBERS, "index it by its name: TABLE[i]"),
    list: ("a list", _NUMBERS, "make it a tuple where it is defined, and index it by its name"),
    dict: ("a dict", _NUMBERS, "match ...: case ...:"),
    type(None): ("None", _NUMBERS, "a bool that says whether there is a value"),
    type(...): ("`...`", "statements", ""),
}


def refusal(fn: Expansion, node: ast.AST) -> Refusal:
    """For syntax that no filter may contain."""
    if isinstance(node, ast.Constant):
        return constant_refusal(node.value)
    found, expected, advice = _REFUSALS.get(type(node), (f"`{type(node).__name__}`", _NUMBERS, ""))
    instead = _REPLACED.get(type(node))
    hint = instead(fn, node) if instead else ""
    return f"{found} in a filter", expected, hint, "" if hint else advice


def constant_refusal(value: object) -> Refusal:
    """For a value that is no number."""
    kind = type(value)
    found, expected, advice = _CONSTANTS.get(kind, (f"a {kind.__name__}", _NUMBERS, "an int"))
    hint = _number(value)
    return f"{found} in a filter", expected, hint, "" if hint else advice


def _number(value: object) -> str:
    """The int value of a constant, if it has one."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1 << 64:
        return f"{int(value)}  # exact, where a float rounds"
    if isinstance(value, str) and len(value) == 1:
        return f"{ord(value):#x}  # the number of {value!r}"
    return "pass" if value is ... else ""


def _raise(fn: Expansion, _node: ast.AST) -> str:
    in_filter = fn.caller is None
    return "return Verdict.PASS  # the device model answers" if in_filter else ""


def _assert(fn: Expansion, node: ast.Assert) -> str:
    if fn.caller is not None:
        return ""
    return f"if not ({fn.code(node.test)}): return Verdict.PASS  # the device model answers"


def _delete(_fn: Expansion, _node: ast.AST) -> str:
    return "pass"


_REPLACED: dict[type[ast.AST], Callable[[Expansion, Any], str]] = {
    ast.Raise: _raise,
    ast.Assert: _assert,
    ast.Delete: _delete,
}
