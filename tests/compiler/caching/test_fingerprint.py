# SPDX-License-Identifier: Apache-2.0
"""A fingerprint changes with whatever the front end can see, and with nothing else."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from collections.abc import Callable
from enum import Enum, IntEnum, IntFlag
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest

from bench.lines import filters
from compiler import given
from compiler.authoring import module
from lightexit.abi import IntType
from lightexit.cache import Cache
from lightexit.compiler.caching import fingerprint as fingerprint_module
from lightexit.compiler.caching.fingerprint import fingerprint
from lightexit.compiler.caching.named import KIND
from lightexit.compiler.source import text
from lightexit.compiler.syntax.infer import infer_filter
from lightexit.filter import Filter, Struct, inline

Names = dict[str, Any]

FILTER = """\
import types as other

@inline
def helper(s: State, by: u32 = 3) -> u32:
    return u32(s.count * by + OFFSET)

@inline
def keywords(*, a: u32 = 1, b: u32 = 2) -> u32:
    return a - b

@io_filter
def f(ctx: IoContext, s: State) -> Verdict:
    if ctx.offset == Reg.STATUS and ctx.data < other.LIMIT:
        local: Width = s.first.remaining(5)
        quoted: "Named" = local & 1
        ctx.data = u64(helper(s) + PERIOD + quoted + keywords())
        return Verdict.HANDLED
    return Verdict.PASS
"""


class Status(IntEnum):
    STATUS = 1


class Other(IntEnum):
    STATUS = 2


class Flags(IntFlag):
    READY = 1


def names_of(source: str = FILTER, file: str = "filter.py") -> Names:
    """The names of a module with that text, and what the text asks of the world around it."""
    found: Names = module(source, file)
    found["other"] = ModuleType("other")
    found["other"].LIMIT = 9
    found |= {"PERIOD": 5, "OFFSET": 7, "Width": given.u32, "Named": given.u16, "Reg": Status}
    return found


def digest(names: Names, cache: Cache) -> str | None:
    return fingerprint(names["f"].function, cache)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path)


def set_limit(names: Names) -> None:
    names["other"] = ModuleType("other")
    names["other"].LIMIT = 10


def set_default(names: Names) -> None:
    names["helper"].__defaults__ = (4,)


def swap_defaults(names: Names) -> None:
    names["keywords"].__kwdefaults__ = {"a": 2, "b": 1}


def other_module(names: Names) -> None:
    names["helper"].__module__ = "lightexit.abi.other"


def other_enum(names: Names) -> None:
    Other.__qualname__ = Status.__qualname__
    names["Reg"] = Other


def other_helper(names: Names) -> None:
    names["helper"] = names_of(FILTER.replace("* by", "+ by"), "elsewhere.py")["helper"]


def unmarked_helper(names: Names) -> None:
    del names["helper"].__lightexit_inline__


def other_struct(names: Names) -> None:
    class State(Struct):
        base: given.u64
        count: given.u16

    names["State"] = State


def other_flag(names: Names) -> None:
    names["PERIOD"] = Flags.READY


def set_to(name: str, value: object) -> Callable[[Names], None]:
    def change(names: Names) -> None:
        names[name] = value

    change.__name__ = f"{name}={value}"
    return change


CHANGES: list[Callable[[Names], None]] = [
    set_to("PERIOD", 6),
    set_to("PERIOD", True),
    set_to("PERIOD", -5),
    set_to("PERIOD", Other.STATUS),
    set_to("OFFSET", 8),
    set_to("Width", given.u64),
    set_to("Width", IntType("u32", 31)),
    set_to("Named", given.u8),
    set_to("u32", given.u16),
    set_to("State", given.Other),
    set_limit,
    set_default,
    swap_defaults,
    other_module,
    other_enum,
    other_flag,
    other_helper,
    other_struct,
    unmarked_helper,
    lambda names: names.pop("OFFSET"),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_a_name_stands_for_is_part_of_it(
    change: Callable[[Names], None], cache: Cache
) -> None:
    names = names_of()
    before = digest(names, cache)
    assert before is not None
    assert digest(names, cache) == before == digest(names_of(), cache)
    change(names)
    assert digest(names, cache) != before


@pytest.mark.parametrize(
    ("old", "new"),
    [("u32(s.count", "u16(s.count"), ("return Verdict.PASS", "return Verdict.HANDLED"), ("f", "g")],
)
def test_the_text_is_part_of_it(old: str, new: str, cache: Cache) -> None:
    changed = FILTER.replace(old, new) if len(old) > 1 else FILTER + "\nLATER = 1\n"
    assert digest(names_of(), cache) != digest(names_of(changed), cache)


FIELDS = ["x: u8", "x: u16", "x: bool", "y: u8", "x: Timer", "x: State", "x: u8\n    y: u8"]
FIELDS += ["x: Array[u8] = array(u8, 3)", "x: Array[u8] = array(u8, 4)"]


def test_a_field_is_part_of_it(cache: Cache) -> None:
    def with_field(field: str) -> str | None:
        names = names_of('@io_filter\ndef f(ctx: IoContext, s: "S") -> Verdict:\n    pass\n')
        names["S"] = module(f"class S(Struct):\n    {field}\n", "structs.py")["S"]
        return digest(names, cache)

    every = [with_field(field) for field in FIELDS]
    assert None not in every
    assert len(set(every)) == len(every)


def test_a_method_of_a_struct_is_part_of_it(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    names = names_of()
    before = digest(names, cache)
    elsewhere = module("@inline\ndef remaining(self, until: u32) -> u32:\n    return 1\n", "e.py")
    monkeypatch.setattr(given.Timer, "remaining", elsewhere["remaining"])
    assert digest(names, cache) not in (None, before)


def test_a_method_that_a_struct_has_from_elsewhere_is_part_of_it(cache: Cache) -> None:
    """From a class that is no struct, and stands in another file."""

    def with_body(body: str) -> str | None:
        text = f"class Mixin:\n    @inline\n    def half(self) -> u8:\n        return {body}\n"
        mixin: Any = module(text, "mixin.py")["Mixin"]

        class State(Struct, mixin):  # type: ignore[misc]
            count: given.u16

        names = names_of("@io_filter\ndef f(ctx: IoContext, s: 'S') -> Verdict:\n    pass\n")
        names["S"] = State
        return digest(names, cache)

    assert with_body("1") not in (None, with_body("2"))


def test_what_is_said_of_a_flag_depends_on_the_others(cache: Cache) -> None:
    """`~Flags.READY` keeps those that there are."""
    every = []
    for other in ("pass", "BUSY = 2", "BUSY = 4"):
        written = f"import enum\nclass Bits(enum.IntFlag):\n    READY = 1\n    {other}\n"
        flags: Any = module(written, "bits.py")["Bits"]
        names = names_of()
        names["PERIOD"] = flags.READY
        every.append(digest(names, cache))
    assert None not in every
    assert len(set(every)) == len(every)


TABLES: list[object] = [(1, 2), (1, 3), (2, 1), (1, 2, 3), (1, True), (1, Status.STATUS)]
TABLES += [(1, Other.STATUS), (1,), (), b"\1\2", b"\1\3", (1, (2, 3)), (1, 2, 3, None)]


def test_what_a_table_holds_is_part_of_it(cache: Cache) -> None:
    names, every = names_of(), []
    for value in TABLES:
        names["PERIOD"] = value
        every.append(digest(names, cache))
        assert digest(names, cache) == every[-1]
    assert None not in every
    assert len(set(every)) == len(every)


def test_what_a_closure_holds_is_part_of_it(cache: Cache) -> None:
    source = (
        "def make(n):\n"
        "    @io_filter\n"
        "    def f(ctx: IoContext) -> Verdict:\n"
        "        ctx.data = n\n"
        "        return Verdict.HANDLED\n"
        "    return f\n"
    )
    make: Callable[[int], Filter[Any]] = module(source, "made.py")["make"]  # type: ignore[assignment]
    assert fingerprint(make(1).function, cache) == fingerprint(make(1).function, cache)
    assert fingerprint(make(1).function, cache) != fingerprint(make(2).function, cache)


class Odd(IntFlag):
    READY = 1

    def __or__(self, other: int) -> Odd:
        return Odd.READY


class Number(int):
    """Nobody knows what it does in a sum."""


def wrapped() -> FunctionType:
    @inline
    def helper(s: given.State) -> int:
        return 0

    helper.__wrapped__ = helper  # type: ignore[attr-defined]
    assert isinstance(helper, FunctionType)
    return helper


class Strange(IntEnum):
    READY = 1


class Stranger(IntEnum):
    READY = 1


def seven(*_: object) -> int:
    return 7


setattr(Strange, "__invert__", staticmethod(seven))  # noqa: B010 - mypy would object
setattr(Stranger, "__add__", functools.partialmethod(seven, 1))  # noqa: B010


class Sevens(int):
    def __add__(self, other: int) -> int:
        return 7


class Mixed(Sevens, Enum):
    READY = 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PERIOD", Odd.READY),
        ("PERIOD", Strange.READY),
        ("PERIOD", Stranger.READY),
        ("PERIOD", Mixed.READY),
        ("PERIOD", Number(3)),
        ("PERIOD", (1, Number(3))),
        ("PERIOD", [1, 2]),
        ("PERIOD", bytes(1 << 20)),
        ("helper", wrapped()),
    ],
)
def test_an_object_that_cannot_be_fingerprinted_has_no_digest(
    name: str, value: object, cache: Cache
) -> None:
    names = names_of()
    names[name] = value
    assert digest(names, cache) is None


def test_what_has_no_source_has_no_digest(cache: Cache) -> None:
    names: Names = {}
    exec("from compiler.given import *\n@io_filter\ndef f(ctx, s):\n    pass\n", names)
    assert digest(names, cache) is None
    assert fingerprint(len, cache) is None


def test_a_number_of_any_size_has_a_digest(cache: Cache) -> None:
    names = names_of()
    names["PERIOD"] = 1 << 100_000
    assert digest(names, cache) is not None


def seen(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, do: Callable[[], object]) -> Any:
    """What `do` asks of the function that `where` calls `name`: pairs of owner and name."""
    asked: dict[tuple[int, str], object] = {}
    original = getattr(where, name)

    def recorded(owner: object, name: str) -> object:
        asked[id(owner), name] = owner
        return original(owner, name)

    with monkeypatch.context() as patch:
        patch.setattr(where, name, recorded, raising=False)
        do()
    return asked


#: What the compiler's `VERSION` covers.
LIGHTEXITS_OWN = ("lightexit.abi.", "lightexit.compiler.")


@pytest.mark.parametrize("each", list(filters()), ids=lambda each: each.function.__module__)
def test_nothing_that_the_front_end_looks_up_is_left_out(
    each: Filter[Any], cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    walked = seen(
        monkeypatch, fingerprint_module, "lookup", lambda: fingerprint(each.function, cache)
    )
    typed = seen(monkeypatch, text, "lookup", lambda: infer_filter(each.function))
    left_out = [
        (owner.__qualname__, name)
        for (key, name), owner in typed.items()
        if (key, name) not in walked and not owner.__module__.startswith(LIGHTEXITS_OWN)
    ]
    assert typed
    assert left_out == []


def test_calls_that_nest_without_end_have_no_digest(cache: Cache) -> None:
    calls = "".join(
        f"@inline\ndef f{n}(x: u64) -> u64:\n    return f{n + 1}(x)\n" for n in range(2000)
    )
    source = "@io_filter\ndef f(ctx: IoContext) -> Verdict:\n    ctx.data = f0(1)\n"
    assert digest(names_of(calls + source + "    return Verdict.HANDLED\n"), cache) is None


def test_functions_that_call_each_other_end(cache: Cache) -> None:
    source = "@inline\ndef helper() -> int:\n    return f(1)\n"
    source += "@io_filter\ndef f(ctx: IoContext) -> Verdict:\n    return helper()\n"
    names = names_of(source)
    names["helper"].__globals__["f"] = names["helper"]
    assert fingerprint(names["helper"], cache) is not None


def test_a_lambdas_parameter_hides_nothing(cache: Cache) -> None:
    source = "@inline\ndef helper(x: u32 = (lambda PERIOD: 1)(2)) -> u32:\n    return PERIOD\n"
    source += "@io_filter\ndef f(ctx: IoContext) -> Verdict:\n    return helper()\n"
    names = names_of(source)
    before = digest(names, cache)
    names["PERIOD"] = 6
    assert digest(names, cache) not in (None, before)


def test_names_of_changed_files_are_dropped(cache: Cache) -> None:
    names = names_of()
    for by in ("+ by", "- by", "| by"):
        names["helper"] = names_of(FILTER.replace("* by", by), "elsewhere.py")["helper"]
        assert digest(names, cache) is not None
    (entry,) = cache.entries()
    kept = json.loads(cache.get(KIND, entry.key) or b"")
    assert sorted(place.split()[1] for place in kept) == ["f", "helper", "keywords", "remaining"]


def test_every_devices_filter_has_one(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [fingerprint(each.function, cache) for each in filters()]
    assert None not in found
    assert len(set(found)) == len(found)
    assert {entry.kind for entry in cache.entries()} == {KIND}


def test_it_is_the_same_in_every_process() -> None:
    script = (
        "import tempfile; from pathlib import Path; from lightexit.cache import Cache\n"
        "from lightexit.compiler.caching.fingerprint import fingerprint\n"
        "from bench.lines import filters\n"
        "cache = Cache(Path(tempfile.mkdtemp()))\n"
        "print([fingerprint(each.function, cache) for each in filters()])"
    )
    paths = os.pathsep.join(str(Path(__file__).parents[3] / each) for each in ("src", "."))
    answers = {
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONPATH": paths, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1
    assert "None" not in answers.pop()
