# SPDX-License-Identifier: Apache-2.0
"""What a page of docs/ becomes before mkdocs reads it."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

pytest.importorskip("material", reason="mkdocs-material is not installed: make docs")
markdown = pytest.importorskip("markdown")

from tools.docs_site import as_markdown  # noqa: E402


def shown(text: str, page: str = "docs/page.md") -> str:
    return as_markdown(text, PurePosixPath(page))


@pytest.mark.parametrize(
    ("link", "there"),
    [
        ("[a](language.md#faults)", "[a](language.md#faults)"),
        ("[a](#faults)", "[a](#faults)"),
        ("[a](https://lkml.org/x)", "[a](https://lkml.org/x)"),
        ("[a](../README.md)", "[a](repository/README.md)"),
        ("[a](../kernel/run.c)", "[a](repository/kernel/run.c.md)"),
        ("[glossary.md](glossary.md)", "[Glossary](glossary.md)"),
        ("[docs/glossary.md](glossary.md#proof)", "[Glossary](glossary.md#proof)"),
        ("[kernel/run.c](../kernel/run.c)", "[`kernel/run.c`](repository/kernel/run.c.md)"),
        ("[the headers](../lib/include)", "the headers (`lib/include`)"),
        ("[`lib/include`](../lib/include)", "`lib/include`"),
        ("![a](benchmarks.svg)", "![a](benchmarks.svg)"),
    ],
)
def test_a_link_holds_in_the_site(link: str, there: str) -> None:
    assert shown(link) == there


def test_a_link_of_a_page_beside_docs_holds_as_well() -> None:
    link = "[a](docs/language.md) [b](CONTRIBUTING.md) [c](LICENSE)"
    there = "[a](../language.md) [b](CONTRIBUTING.md) [c](LICENSE.md)"
    assert shown(link, "README.md") == there


@pytest.mark.parametrize(
    ("fence", "there"),
    [
        ("```python", "```python"),
        ('```python title="ticks.py"', '```python title="ticks.py"'),
        ("```console figures", "```console"),
        ("```console checkout figures", "```console"),
        ('```c source="lib/x.c"', '```c title="lib/x.c"'),
    ],
)
def test_a_block_is_highlighted(fence: str, there: str) -> None:
    text = shown(f"{fence}\nx\n```\n")
    assert text == f"{there}\nx\n```\n"
    extensions = ["pymdownx.highlight", "pymdownx.superfences"]
    html = markdown.markdown(text, extensions=extensions)
    assert '<div class="language-' in html or '<div class="highlight">' in html
    assert ("filename" in html) == ("title" in there)


def test_bars_in_the_code_of_a_table() -> None:
    assert shown("| `a \\| b` | a \\| b |\n`a \\| b`") == "| `a | b` | a \\| b |\n`a \\| b`"


def test_the_line_of_the_licence_is_not_shown() -> None:
    assert shown("<!-- SPDX-License-Identifier: Apache-2.0 -->\n# Title\n") == "# Title\n"
