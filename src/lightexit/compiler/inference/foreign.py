# SPDX-License-Identifier: Apache-2.0
"""What to say of functions that a filter cannot call: Python's own, its library's, others'."""

from __future__ import annotations

import ast
import inspect
import time
from types import ModuleType
from typing import TYPE_CHECKING, Any

from lightexit.compiler.inference.hints import call, instead, number, operation, within
from lightexit.compiler.typed.kinds import ContextKind

if TYPE_CHECKING:
    from lightexit.compiler.inference.expansion import Expansion

#: What was found and expected, the code to put in its place, and advice in words.
_Refusal = tuple[str, str, str, str]

_CALLABLE = "an @inline function, u8 to u64, i8 to i64, muldiv64, min, max, abs, int, bool or len"
_OWN = "an @inline function that does the same with ints"
_LOOP = "a loop: for x in ARRAY: ..., or for i in range(N): ..."
_NO_TEXT = "leave it out: texts belong to the device model"
_NO_TYPE = "leave it out: a value has one type, known when the filter is compiled"

_ADVICE = {
    **dict.fromkeys(("sum", "any", "all", "sorted", "map", "filter"), _LOOP),
    **dict.fromkeys(("enumerate", "zip"), "for i in range(N): ... a[i] ..."),
    "reversed": "for i in range(N - 1, -1, -1): ... a[i] ...",
    **dict.fromkeys(("print", "str", "repr", "hex", "bin", "oct", "format", "chr"), _NO_TEXT),
    **dict.fromkeys(("isinstance", "issubclass", "type", "callable", "hasattr"), _NO_TYPE),
    **dict.fromkeys(
        ("list", "tuple", "dict", "set"), "a tuple of the module, or an Array field in the state"
    ),
    "round": "n // d rounds down, (n + d // 2) // d to the nearest",
    "float": "leave it out, and scale what has a fraction: 1193182 Hz for 1.193182 MHz",
    "pow": "a power of constants, 1 << n for a power of 2, or a product",
    "from_bytes": "shifts: a | b << 8 | c << 16",
    "sleep": "return Verdict.PASS: a filter cannot wait",
}

_PURE = "a filter is a function of context and state: keep what it needs in the state"
_MODULES = {
    "random": _PURE,
    "secrets": _PURE,
    "os": "return Verdict.PASS: the device model can call it",
    "logging": _NO_TEXT,
    "struct": "shifts: a | b << 8 | c << 16",
    "ctypes": "u8 to u64 and i8 to i64, which keep the low bits",
    "math": _OWN,
}


_NUMPY = {
    f"{name}{bits}": f"{name[0]}{bits}" for name in ("uint", "int") for bits in (8, 16, 32, 64)
}


def refusal(fn: Expansion, node: ast.Call, callee: Any) -> _Refusal:
    """The error for a call of a function that is not @inline."""
    name = fn.text(node.func)
    plain = inspect.isfunction(callee) or inspect.ismethod(callee)
    module = _module_of(fn, node, callee)
    own = getattr(callee, "__name__", "")
    if module in ("time", "datetime") and own != "sleep":
        return _time(fn, node, callee, name)
    found = f"{name} cannot be called by a filter"
    hint = _replaced(node, module, own)
    if hint:
        return found, _CALLABLE, hint, ""
    if plain and module not in _MODULES and module != "numpy":
        advice = f"@inline before def {own}"
        return f"{name} is not marked @inline", "an @inline function", "", advice
    return found, _CALLABLE, "", _MODULES.get(module) or _ADVICE.get(own, _OWN)


def advice_for(fn: Expansion, node: ast.expr) -> str:
    """What to do instead of a loop over that."""
    name = fn.code(node.func) if isinstance(node, ast.Call) else ""
    return _ADVICE.get(name, "for i in range(N): ..., N being the number of rounds")


def _module_of(fn: Expansion, node: ast.Call, callee: Any) -> str:
    """The top-level module that a function comes from: by its own word, or as it was named."""
    root: ast.expr = node.func
    while isinstance(root, ast.Attribute):
        root = root.value
    named = fn.source.function.__globals__.get(root.id) if isinstance(root, ast.Name) else None
    own = named.__name__ if isinstance(named, ModuleType) else getattr(callee, "__module__", "")
    return (own or "").partition(".")[0].lstrip("_")


def _time(fn: Expansion, node: ast.Call, callee: Any, name: str) -> _Refusal:
    """The host's clock is not the guest's: VM time is in the context."""
    found = f"{name} cannot be called by a filter: it does not give VM time"
    access = next((n for n, kind in (fn.env or {}).items() if isinstance(kind, ContextKind)), None)
    if access is None:
        advice = "add a parameter `now_ns: u64`, and pass ctx.now_ns from the filter"
        return found, "ctx.now_ns, in nanoseconds", "", advice
    if callee not in (time.time, time.monotonic, time.perf_counter, time.process_time):
        return found, "ctx.now_ns, in nanoseconds", f"{access}.now_ns  # VM time", ""
    now = ast.Attribute(ast.Name(access), "now_ns")
    seconds = within(node, operation(now, ast.FloorDiv(), number(10**9)))
    return found, "ctx.now_ns, in nanoseconds", f"{seconds}  # whole seconds of VM time", ""


def _replaced(node: ast.Call, module: str, own: str) -> str:
    """Code that does what the call does, where there is such."""
    if node.keywords or any(isinstance(each, ast.Starred) for each in node.args):
        return ""
    match own, node.args:
        case "divmod", [a, b]:
            parts = (operation(a, op, b) for op in (ast.FloorDiv(), ast.Mod()))
            return instead(node, ast.Tuple(list(parts)))
        case "ord", [ast.Constant(str(character))] if len(character) == 1:
            return f"{ord(character):#x}"
        case _, [a] if module == "numpy" and own in _NUMPY:
            return f"{instead(node, call(_NUMPY[own], a))}  # keeps the low {_NUMPY[own][1:]} bits"
    return ""
