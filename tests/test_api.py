# SPDX-License-Identifier: Apache-2.0
"""`import lightexit`: what it offers, what it costs, and that all of it can be named."""

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, ParamSpec, TypeVar

import pytest

import lightexit
import lightexit.testing
from lightexit import Array, IoContext, Limits, Struct, Verdict, array, io_filter, u8, u32
from lightexit.errors import AuthorError
from tools import api

ROOT = Path(__file__).parents[1]
FRONT = ROOT / "src/lightexit/__init__.py"
NAMES = sorted(lightexit.__all__)

#: What annotations of public things name though it is not public, and why that is.
PRIVATE = {
    "lightexit.abi.clock.ClockState": "what native code reads of a clock",
    "lightexit.abi.struct.ArrayType": "what array() makes; an author annotates with Array",
    "lightexit.abi.struct.Buffer": "bytearray | memoryview, under a short name",
    "lightexit.abi.struct.Field": "handed out by Layout, to be read",
    "lightexit.filter._Written": "a callable, under a short name",
    "lightexit.isa.program.SourceLine": "handed out by Program.lines, to be read",
    "lightexit.vm.boot.state.StartState": "what a loader hands to Machine.boot",
    "lightexit.verifier.limits.Accesses": "what `lightexit explain` asks by, not promised yet",
    "lightexit.verifier.invariants.Invariant": "handed out by Report, to be read",
    "lightexit.verifier.invariants.Traced": "handed out by Report.trace, to be printed",
    "lightexit.verifier.findings.Ranges": "a tuple of pairs of numbers, under a short name",
    "lightexit.bus.lock.StateLock": "handed out by Bus.locked, for `with`",
    "lightexit.bus.offload.Offload": "the kernel module's side of a back end",
    "lightexit.cache.Cache": "the folder of compiled code; none need be given",
    "lightexit.engine.interpreter.InterpretedProgram": "handed out by an engine: a Loaded",
    "lightexit.engine.interpreter.Trace": "a callable; for the interpreter's own tests",
    "lightexit.engine.kernel.engine.KernelMemory": "handed out by KernelEngine: a StateMemory",
    "lightexit.engine.kernel.engine.KernelProgram": "handed out by an engine: a Loaded",
    "lightexit.engine.native.engine.NativeProgram": "handed out by an engine: a Loaded",
    "lightexit.devices.ioapic.IoApic": "handed out by Machine.add_ioapic: a Device",
    "lightexit.devices.local_apic.LocalApic": "a Device, found by its entry point",
    "lightexit.devices.local_apic_timer.Tsc": "made by back ends whose guests' TSC is known",
    "lightexit.devices.pic.Pic": "a Device, found by its entry point",
    "lightexit.vm.cpu.Cpu": "handed out by Machine; made by back ends",
    "lightexit.vm.kvm.backend.KvmBoard": "handed out by a back end: a Board",
}


def python(code: str) -> str:
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT / "src")},
    )
    return result.stdout.strip()


def front_imports() -> dict[str, str]:
    """Each name of the block for type checkers: its home, as `_HOME` writes it."""
    found: dict[str, str] = {}
    for node in ast.walk(ast.parse(FRONT.read_text("utf-8"))):
        if not isinstance(node, ast.ImportFrom) or node.module in ("__future__", "typing"):
            continue
        for each in node.names:
            found[each.name] = str(node.module)
    return found


# What it offers


def test_type_checkers_see_what_there_is() -> None:
    assert front_imports() == lightexit._HOME
    assert set(lightexit.__all__) == lightexit._HOME.keys()
    assert len(lightexit.__all__) == len(set(lightexit.__all__))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_there_and_has_a_docstring(name: str) -> None:
    value = getattr(lightexit, name)
    assert getattr(lightexit, name) is value
    assert inspect.getdoc(value)


def test_editors_see_the_names() -> None:
    told = dir(lightexit)
    assert {*lightexit.__all__, "__version__"} <= set(told)
    assert {"importlib", "TYPE_CHECKING", "_HOME"}.isdisjoint(told)


def test_a_star_gives_all_of_them() -> None:
    found: dict[str, Any] = {}
    exec("from lightexit import *", found)
    assert set(lightexit.__all__) <= found.keys()
    assert found["bool"] is bool


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("io_filtr", "did you mean 'io_filter'?"),
        ("Verdct", "did you mean 'Verdict'?"),
        ("qqq", "docs/api.md lists the names there are"),
    ],
)
def test_a_misspelt_name(name: str, said: str) -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(lightexit, name)
    assert str(caught.value) == f"module 'lightexit' has no attribute {name!r}; {said}"


# What it costs


def test_the_import_loads_nothing_else() -> None:
    assert python(
        "import sys, lightexit; print([m for m in sys.modules if 'lightexit.' in m])"
    ) == ("[]")


def test_no_name_loads_llvm_or_unicorn() -> None:
    code = """if True:
        import sys, lightexit
        heavy = {"llvmlite", "unicorn", "rich", "typer"}
        for name in lightexit.__all__:
            getattr(lightexit, name)
            assert heavy.isdisjoint(sys.modules), name
    """
    assert python(code) == ""


def test_all_names_are_there_without_unicorn() -> None:
    code = "import sys; sys.modules['unicorn'] = None; from lightexit import *; "
    assert python(code + "print(UnicornBackend.title)") == "Unicorn"


def test_how_long_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    code = "import time; t = time.process_time(); {}; print(time.process_time() - t)"
    author = "from lightexit import io_filter, Struct, Verdict, IoContext, u32"
    took = [float(python(code.format(each))) * 1e3 for each in ("import lightexit", author)]
    with capsys.disabled():
        print(f"\nimport lightexit: {took[0]:.1f} ms; {author}: {took[1]:.1f} ms")
    assert took[0] < 1_000


# What is written of it


def test_the_page_has_every_name_with_its_docstring() -> None:
    page = api.PAGE.read_text("utf-8")
    assert api.refreshed(page) == page, "python tools/api.py"
    assert sorted(api.ENTRY.findall(page)) == sorted({*NAMES, *lightexit.testing.__all__})


def test_the_page_names_every_group_of_entry_points() -> None:
    from lightexit.plugins import KINDS

    page = api.PAGE.read_text("utf-8")
    assert set(re.findall(r"`(lightexit\.\w+s)`", page)) >= {kind.group for kind in KINDS}


# That all of it can be named


@cache
def names_of(module: str) -> dict[str, Any]:
    """What names in a module's annotations stand for: those of its type-checking blocks, too."""
    namespace = dict(vars(importlib.import_module(module)))
    for node in ast.walk(ast.parse(inspect.getsource(sys.modules[module]))):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for each in node.body:
                if isinstance(each, ast.ImportFrom) and each.module:
                    source = names_of(each.module)
                    namespace |= {n.asname or n.name: source.get(n.name) for n in each.names}
    return namespace


def mentions(value: Any) -> Iterator[tuple[str, str]]:
    """A public thing's annotations, each with the module whose names it uses."""
    if inspect.isclass(value):
        for base in value.__mro__:
            if base.__module__.startswith("lightexit."):
                yield from mentions_of_class(base)
    elif inspect.isfunction(value):
        yield from ((value.__module__, str(each)) for each in value.__annotations__.values())


def mentions_of_class(kind: type) -> Iterator[tuple[str, str]]:
    for name, each in inspect.get_annotations(kind).items():
        if not name.startswith("_"):
            yield kind.__module__, str(getattr(each, "__forward_arg__", each))
    for name, member in vars(kind).items():
        if name.startswith("_") and name not in ("__init__", "__call__"):
            continue
        for attribute in ("fget", "func", "__func__"):
            member = getattr(member, attribute, member)
        if inspect.isfunction(member):
            yield from mentions(member)


def identifiers(annotation: str) -> set[str]:
    tree = ast.parse(annotation.strip("'\""), mode="eval")
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    quoted = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return found.union(*(identifiers(each) for each in quoted if isinstance(each, str)))


def home_of(name: str, module: str) -> str:
    """Where what a name of a module stands for is written; "" for what is not lightexit's."""
    value = names_of(module).get(name)
    if isinstance(value, type):
        own = value.__module__.startswith("lightexit.")
        return f"{value.__module__}.{value.__qualname__}" if own else ""
    if isinstance(value, ModuleType | TypeVar | ParamSpec) or name in vars(builtins):
        return ""
    for node in ast.walk(ast.parse(inspect.getsource(sys.modules[module]))):
        if isinstance(node, ast.ImportFrom) and name in {each.name for each in node.names}:
            ours = node.module is not None and node.module.startswith("lightexit.")
            return home_of(name, str(node.module)) if ours else ""
    return f"{module}.{name}"


def unnamed(value: Any) -> set[str]:
    """The types that a public thing mentions and a user cannot name."""
    public = [getattr(lightexit, name) for name in NAMES]
    return {
        home_of(name, module)
        for module, annotation in mentions(value)
        for name in identifiers(annotation)
        if not any(names_of(module).get(name) is each for each in public)
    } - {""}


@pytest.mark.parametrize("name", NAMES)
def test_the_types_that_it_mentions_can_be_named(name: str) -> None:
    assert unnamed(getattr(lightexit, name)) - PRIVATE.keys() == set()


def test_every_exception_is_one() -> None:
    mentioned = set[str]().union(*(unnamed(getattr(lightexit, name)) for name in NAMES))
    assert PRIVATE.keys() - mentioned == set()


def test_the_search_for_types_finds_them() -> None:
    def sample() -> None: ...

    sample.__module__ = "lightexit.plugins"
    sample.__annotations__ = {"kind": "dict[str, Kind]", "error": "AuthorError | None"}
    assert unnamed(sample) == {"lightexit.plugins.Kind"}


# What it does


class Port(Struct):
    value: u32
    log: Array[u8] = array(u8, 4)


@io_filter
def read_port(ctx: IoContext, port: Port) -> Verdict:
    if ctx.is_write:
        return Verdict.PASS
    ctx.data = port.value
    return Verdict.HANDLED


def undecorated(ctx: lightexit.IoContext, port: Port) -> lightexit.Verdict:
    if ctx.is_write:
        return lightexit.Verdict.PASS
    ctx.data = lightexit.muldiv64(port.value, 3, 4)
    return lightexit.Verdict.HANDLED


def loses(ctx: IoContext, port: Port) -> Verdict:
    port.value = 1
    return Verdict.PASS


def floats(ctx: IoContext) -> Verdict:
    ctx.data = 1.5  # type: ignore[assignment]
    return Verdict.HANDLED


def test_compile_takes_a_function_or_a_filter() -> None:
    assert lightexit.compile(read_port) is read_port.program
    program = lightexit.compile(undecorated)
    assert isinstance(program, lightexit.Program)
    assert program.name == "undecorated"
    with pytest.raises(AuthorError, match=r"test_api\.py:\d+:16: a float in a filter"):
        lightexit.compile(floats)


def test_verify_takes_a_function_a_filter_or_a_program() -> None:
    reports = [lightexit.verify(each) for each in (read_port, read_port.program)]
    assert [each.accepted for each in reports] == [True, True]
    assert reports[0].faults == ()
    assert reports[1].faults is None
    assert lightexit.verify(undecorated).handles(0, is_write=False)


def test_verify_reports_a_refusal_and_does_not_raise_it() -> None:
    report = lightexit.verify(loses)
    assert not report.accepted
    with pytest.raises(lightexit.VerifierError, match="may PASS after"):
        report.accepted_or_raise()
    limited = lightexit.verify(read_port, Limits(instructions=3))
    assert "3" in str(limited.error)
    with pytest.raises(AuthorError):
        lightexit.verify(floats)
