# SPDX-License-Identifier: Apache-2.0
"""The runner of pages finds what is not as shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from documents.blocks import blocks, commands
from documents.matching import difference
from documents.place import MissingError, Place, WrongPageError


@pytest.mark.parametrize(
    ("shown", "printed", "figures", "alike"),
    [
        ("a\nb\n", "a\nb\n", False, True),
        ("a\n\n", "a  \n", False, True),
        ("a\nb\n", "a\nc\n", False, False),
        ("a\n", "a\nb\n", False, False),
        ("a\n...\nd\n", "a\nb\nc\nd\n", False, True),
        ("a\n...\nd\n", "a\nd\n", False, True),
        ("a\n...\nd\n", "a\nb\n", False, False),
        ("it took [..] s\n", "it took 0.3 s\n", False, True),
        ("it took [..] s\n", "it took 0.3 ms\n", False, False),
        ("[..]\n", "one\ntwo\n", False, False),
        (".*\n", "ab\n", False, False),
        ("12  3.5 s\n", "4,000 71 s\n", True, True),
        ("12 s\n", "13 s\n", False, False),
        ("12 s\n", "many s\n", True, False),
        ("port 0x92 5 s\n", "port 0x92 6 s\n", True, True),
        ("port 0x92\n", "port 0x61\n", True, False),
        ("-1 s\n", "1 s\n", True, True),
    ],
)
def test_what_is_shown_is_held_against_what_is_printed(
    shown: str, printed: str, figures: bool, alike: bool
) -> None:
    assert (not difference(shown, printed, figures=figures)) is alike


def test_a_difference_is_told_by_the_lines_that_differ() -> None:
    told = difference("one [..]\n...\ntwo\nthree\n", "one 1\nx\ntwo\nfour\n")
    assert "-three\n+four" in told
    assert " one [..]\n" in told


def _follow(folder: Path, programs: Path, text: str) -> None:
    page = folder / "page.md"
    page.write_text(text)
    empty = folder / "place"
    empty.mkdir()
    Place(empty, programs).follow(blocks(page))


def _console(text: str) -> str:
    return f"# Page\n\n```console\n{text}```\n"


GOOD = {
    "nothing": "# A page\n\nWords, and `code`.\n",
    "files": '```c title="a/b.txt"\nx\n```\n\n```console\n$ cat a/b.txt\nx\n```\n',
    "later file": '```python title="a.py"\nX = 1\n```\n\n```console\n$ python a.py\n```\n\n'
    '```python title="a.py"\nprint(2)\n```\n\n```console\n$ python a.py\n2\n```\n',
    "one shell": _console("$ mkdir a && cd a\n$ touch b\n$ ls\nb\n$ grep x b; echo $?\n1\n"),
    "status": _console("$ echo no; exit 3\nno\n$ echo $?\n3\n"),
    "long command": _console("$ echo a \\\n    b\na b\n$ echo c\nc\n"),
    "stderr": _console("$ ls nothing 2>&1 | grep -c nothing\n1\n$ echo x >&2\nx\n"),
    "names": '```python title="a.py"\nY = 4\n```\n\n```python\nfrom a import Y\n```\n\n'
    "```python\nprint(Y + 1)\n```\n\n```text\n5\n```\n",
    "a part": _console("$ echo a; echo b; echo c\na\nb\nc\n") + "\n```text\nb\n```\n",
    "a filter": "```python\nfrom lightexit import *\n```\n\nIt is\n\n```python\n@io_filter\n"
    "def f(ctx: IoContext) -> Verdict:\n    return Verdict.PASS\nprint(verify(f).accepted)\n"
    "```\n\n```text\nTrue\n```\n",
    "the command": _console("$ lightexit --version\nlightexit [..]\n"),
    "two at once": _console("$ lightexit schema run | lightexit verify none.py\n...\n"),
    "checkout": "```console checkout\n$ grep -c pytest examples/counter/guest.py\n0\n```\n",
    "figures": "```console figures\n$ echo it took 1,234 ms; echo b\nit took 7 ms\nb\n```\n",
    "excerpt": '```text source="README.md"\n# lightexit\n```\n',
    "not run": "<!-- not run: it\n     lasts -->\n\n```console\n$ sleep 1000\n```\n",
}
BAD = {
    "output": ("page.md:5: it is not what is printed", _console("$ true\n$ echo a\nb\n")),
    "silent failure": ("page.md:4: exit status 1", _console("$ false\n")),
    "no command": ("without a line that begins with", _console("lightexit run\n")),
    "language": ("page.md:2: is not run", "```rust\nfn main() {}\n```\n"),
    "indented": ("page.md:3: is not run", "Text\n\n    make\n"),
    "no reason": ("page.md:4: is not run", "<!-- a remark -->\n\n```sh\nmake\n```\n"),
    "elsewhere": (
        "page.md:6: is not run",
        "<!-- not run: x -->\n\nText\n\n```sh\nmake\n```\n",
    ),
    "an exception": ('"page.md", line 3', "```python\nx = 1\n1 / 0\n```\n"),
    "excerpt": ("this is not in README.md", '```text source="README.md"\nxyz\n```\n'),
    "a part": ("page.md:9", _console("$ echo a\na\n") + "\n```text\nb\n```\n"),
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_a_page_that_is_right(text: str, tmp_path: Path, programs: Path) -> None:
    _follow(tmp_path, programs, text)


@pytest.mark.parametrize(("told", "text"), BAD.values(), ids=BAD)
def test_a_page_that_is_wrong(told: str, text: str, tmp_path: Path, programs: Path) -> None:
    with pytest.raises(WrongPageError) as caught:
        _follow(tmp_path, programs, text)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "command",
    [
        "echo 'a page needs the Python module x, which is not installed'",
        "PATH=none; clang x.c",
    ],
)
def test_what_is_not_installed_is_no_mistake_of_the_page(
    command: str, tmp_path: Path, programs: Path
) -> None:
    with pytest.raises(MissingError, match="not installed"):
        _follow(tmp_path, programs, _console(f"$ {command}\nx\n"))


def test_commands_know_their_lines(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(_console("$ a \\\n  b\nx\n\ny\n$ c\n"))
    (block,) = blocks(page)
    assert commands(block) == [(4, "a \\\n  b", "x\n\ny\n"), (9, "c", "")]
