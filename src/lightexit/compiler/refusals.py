# SPDX-License-Identifier: Apache-2.0
"""What to say of syntax that is not part of the filter language: found, expected, try."""

from __future__ import annotations

import ast

_Refusal = tuple[str, str, str]

_MODULE = "helpers beside the filter, in its module"
_NUMBERS = "ints and bools"
_TOTAL = "an answer to every access"
_STATE = "state in a Struct"
_AT_ONCE = "an answer at once"
_HELPER = "@inline def ... in the module"
_LOOP = "for i in range(8): ..."

#: By syntax: its name, what a filter has instead, and how that is written.
_REFUSALS: dict[type[ast.AST], _Refusal] = {
    ast.FunctionDef: ("a function", _MODULE, _HELPER),
    ast.AsyncFunctionDef: ("an async function", _MODULE, _HELPER),
    ast.ClassDef: ("a class", _MODULE, "class ...(Struct) in the module"),
    ast.Lambda: ("a lambda", _MODULE, _HELPER),
    ast.Import: ("an import", "imports at the top of the module", "import it there"),
    ast.ImportFrom: ("an import", "imports at the top of the module", "import it there"),
    ast.Global: ("`global`", _STATE, "give the filter a state parameter"),
    ast.Nonlocal: ("`nonlocal`", _STATE, "give the filter a state parameter"),
    ast.Delete: ("`del`", "locals, which need no deleting", "leave it out"),
    ast.Raise: ("`raise`", _TOTAL, "return Verdict.PASS, and the device model answers"),
    ast.Try: ("`try`", _TOTAL, "test first, and return Verdict.PASS where it would fail"),
    ast.TryStar: ("`try`", _TOTAL, "test first, and return Verdict.PASS where it would fail"),
    ast.Assert: ("`assert`", _TOTAL, "if not ...: return Verdict.PASS"),
    ast.With: ("`with`", "no locks: the host locks the state around each run", "leave it out"),
    ast.AsyncWith: ("`async with`", _AT_ONCE, "leave it out"),
    ast.AsyncFor: ("`async for`", _AT_ONCE, _LOOP),
    ast.Await: ("`await`", _AT_ONCE, "leave it out"),
    ast.Yield: ("`yield`", _AT_ONCE, "return Verdict.HANDLED"),
    ast.YieldFrom: ("`yield from`", _AT_ONCE, "return Verdict.HANDLED"),
    ast.List: ("a list", _NUMBERS, "an Array field in the state"),
    ast.Set: ("a set", _NUMBERS, "x in (1, 2)"),
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
    ast.JoinedStr: ("a formatted string", _NUMBERS, "leave it out"),
    ast.NamedExpr: ("`:=`", "an assignment of its own", "x = ... in the line before"),
    ast.Starred: ("`*` before a value", "each value by its name", "f(a, b)"),
    ast.Slice: ("a slice", "one index", "for i in range(4): ... a[i] ..."),
}

_CONSTANTS: dict[type, _Refusal] = {
    str: ("a string", _NUMBERS, "the character's number, 0x41 for 'A'"),
    bytes: ("bytes", _NUMBERS, "an Array[u8] field in the state"),
    float: ("a float", _NUMBERS, "scale it first: 1193182 Hz for 1.193182 MHz"),
    complex: ("a complex number", _NUMBERS, "two ints"),
    type(None): ("None", _NUMBERS, "a bool field that says whether there is a value"),
    type(...): ("`...`", "statements", "return Verdict.PASS"),
}


def refusal(node: ast.AST) -> _Refusal:
    """Found, expected and hint for syntax that no filter may contain."""
    if isinstance(node, ast.Constant):
        return constant_refusal(node.value)
    found, expected, hint = _REFUSALS.get(type(node), (f"`{type(node).__name__}`", _NUMBERS, ""))
    return f"{found} in a filter", expected, hint


def constant_refusal(value: object) -> _Refusal:
    """Found, expected and hint for a value that is no number."""
    kind = type(value)
    found, expected, hint = _CONSTANTS.get(kind, (f"a {kind.__name__}", _NUMBERS, "an int"))
    return f"{found} in a filter", expected, hint
