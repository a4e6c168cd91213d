# SPDX-License-Identifier: Apache-2.0
"""What to say of syntax that is not part of the filter language: found, expected, try."""

from __future__ import annotations

import ast

_Refusal = tuple[str, str, str]

_FUNCTION = "plain statements: a filter is one function, its helpers stand beside it"
_NUMBERS = "ints and bools"
_TOTAL = "a filter that answers every access"

_REFUSALS: dict[type[ast.AST], _Refusal] = {
    ast.FunctionDef: ("a function inside the filter", _FUNCTION, "@inline def ... in the module"),
    ast.AsyncFunctionDef: ("an async function", _FUNCTION, "@inline def ... in the module"),
    ast.ClassDef: ("a class inside the filter", _FUNCTION, "class ...(Struct) in the module"),
    ast.Lambda: ("a lambda", _FUNCTION, "@inline def ... in the module"),
    ast.Import: ("an import inside the filter", _FUNCTION, "import at the top of the module"),
    ast.ImportFrom: ("an import inside the filter", _FUNCTION, "import at the top of the module"),
    ast.Global: ("a global variable", "state in a Struct", "give the filter a state parameter"),
    ast.Nonlocal: ("an outer variable", "state in a Struct", "give the filter a state parameter"),
    ast.Delete: ("del", "locals, which need no deleting", "leave it out"),
    ast.Raise: ("raise", _TOTAL, "return Verdict.PASS: the device model answers"),
    ast.Try: ("try", _TOTAL, "test before, and return Verdict.PASS where it would fail"),
    ast.TryStar: ("try", _TOTAL, "test before, and return Verdict.PASS where it would fail"),
    ast.Assert: ("assert", _TOTAL, "if not ...: return Verdict.PASS"),
    ast.With: ("with", "no locks or files: the host locks the state around each run", "remove it"),
    ast.AsyncWith: ("async with", "no locks or files in a filter", "remove it"),
    ast.AsyncFor: ("async for", "for ... in range(...)", "for i in range(8): ..."),
    ast.Await: ("await", "a filter that runs to its end at once", "remove it"),
    ast.Yield: ("yield", "one answer for each access", "return Verdict.HANDLED"),
    ast.YieldFrom: ("yield", "one answer for each access", "return Verdict.HANDLED"),
    ast.List: ("a list", _NUMBERS, "an Array field in the state"),
    ast.Set: ("a set", _NUMBERS, "x == 1 or x == 2, or x in (1, 2)"),
    ast.Dict: ("a dict", _NUMBERS, "match ...: case ...:"),
    ast.Tuple: (
        "a tuple as a value",
        "tuples only in unpacking and in an @inline function's return",
        "a, b = x, y",
    ),
    ast.ListComp: ("a comprehension", "a loop", "for i in range(8): ..."),
    ast.SetComp: ("a comprehension", "a loop", "for i in range(8): ..."),
    ast.DictComp: ("a comprehension", "a loop", "for i in range(8): ..."),
    ast.GeneratorExp: ("a generator", "a loop", "for i in range(8): ..."),
    ast.JoinedStr: ("a formatted string", _NUMBERS, "compute with numbers only"),
    ast.NamedExpr: (":= within an expression", "an assignment of its own", "x = ...; if x: ..."),
    ast.Starred: ("* before a value", "each value by its name", "f(a, b)"),
    ast.Slice: ("a slice", "one index", "for i in range(...): a[i]"),
}

_CONSTANTS: dict[type, _Refusal] = {
    str: ("a string", _NUMBERS, "the character's number: 0x41 instead of 'A'"),
    bytes: ("bytes", _NUMBERS, "an Array[u8] field in the state"),
    float: ("a float", "whole numbers", "scale first: 1193182 Hz instead of 1.193182 MHz"),
    complex: ("a complex number", "whole numbers", "an int"),
    type(None): ("None", _NUMBERS, "a bool field that says whether there is a value"),
    type(...): ("...", "code", "return Verdict.PASS"),
}


def refusal(node: ast.AST) -> _Refusal:
    """Found, expected and hint for syntax that no filter may contain."""
    if isinstance(node, ast.Constant):
        return constant_refusal(node.value)
    name = type(node).__name__
    return _REFUSALS.get(type(node), (f"{name} is not part of the filter language", _NUMBERS, ""))


def constant_refusal(value: object) -> _Refusal:
    """Found, expected and hint for a value that is no number."""
    kind = type(value)
    return _CONSTANTS.get(kind, (f"a value of type {kind.__name__}", _NUMBERS, "an int"))
