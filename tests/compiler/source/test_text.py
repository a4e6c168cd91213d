# SPDX-License-Identifier: Apache-2.0
"""A function parsed alone is the function as its file has it."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest

import scale
from lightexit.compiler.source import text

ROOT = Path(__file__).parents[3]
#: Code of many hands: our own, and Python's.
FILES = [
    *sorted((ROOT / "src" / "lightexit").rglob("*.py")),
    *sorted((ROOT / "tests" / "compiler").glob("*.py")),
    *sorted(Path(ast.__file__).parent.glob("*.py"))[::5],
]

AWKWARD = '''\
@mark
def first(x: int) -> int:
    """Text
that starts further to the left
    """
    return x

class Kept:
    @mark  # a comment
# further to the left
    def method(
        self,
    ):
        if self:
            y = """
    @mark
    def not_this(): pass
"""

        # a comment

        last: int
    other = 1

def several(): return (
1 +
2
)

def cut(x):
    return x \\
+ 1

def one(): return 1; 2

def dead():
    return 1
    z: int = 2
    """dead
text"""
after = 1

if True:
\tdef tabs():
\t\treturn 1
\t\tpass
else:
    def never():
        return 2

async def later():
    def inner(): return 3
    return inner
'''


def functions_in(code: CodeType) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from functions_in(inner)


def differences(source: str, file: str) -> tuple[list[str], int]:
    """What is parsed otherwise alone than in the whole file; how many functions were alone."""
    lines = source.splitlines(keepends=True)
    whole, alone, wrong = text._whole_index(source), 0, []
    for code in functions_in(compile(source, file, "exec", dont_inherit=True)):
        node = text._parsed_alone(code, lines)
        if node is None:
            continue
        alone += 1
        expected = whole.get((code.co_firstlineno, code.co_name))
        if expected is None or dump(expected) != dump(node):
            wrong.append(f"{file}:{code.co_firstlineno}: {code.co_name}")
    return wrong, alone


def dump(node: ast.AST) -> str:
    return ast.dump(node, include_attributes=True)


def test_all_functions_of_many_files() -> None:
    total = 0
    for path in scale.part(FILES):
        wrong, alone = differences(path.read_text(), str(path))
        assert wrong == []
        total += alone
    assert total > scale.full(1500)


def test_awkward_ones() -> None:
    wrong, alone = differences(AWKWARD, "awkward.py")
    assert wrong == []
    assert alone >= 5


def codes(source: str, file: str) -> dict[str, CodeType]:
    whole = compile(source, file, "exec", dont_inherit=True)
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    return {code.co_name: code for code in functions_in(whole)}


@pytest.mark.parametrize("name", ["first", "method", "several", "cut", "one", "dead", "inner"])
def test_what_does_not_parse_alone_is_found_in_the_whole(name: str) -> None:
    code = codes(AWKWARD, "awkward.py")[name]
    expected = text._whole_index(AWKWARD)[code.co_firstlineno, name]
    node = text.node_of(code)
    assert node is not None
    assert dump(node) == dump(expected)


def test_a_tree_stays_the_same() -> None:
    found = codes(AWKWARD, "same.py")
    first = text.node_of(found["inner"])
    text.node_of(found["first"])  # in which the whole file is parsed
    assert text.node_of(found["inner"]) is first


def test_a_file_that_has_changed_has_no_such_function() -> None:
    code = codes(AWKWARD, "changed.py")["method"]
    for other in ("", "x = 1\n" * 9, AWKWARD.replace("def method", "def another")):
        codes(other, "changed.py")
        assert text.node_of(code) is None
