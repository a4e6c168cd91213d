# SPDX-License-Identifier: Apache-2.0
"""What mkdocs does for our site beside its own work; mkdocs.yml names this file.

The API reference has a page for each group of docs/api.md. Files beside docs/ that pages link to
become pages, too, below `repository/`. Figures are put into their pages, whose colours they take.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from enum import Enum
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

import lightexit
from lightexit import Struct
from tools import api

ROOT = Path(__file__).parents[1]
BESIDE = "repository/"
#: Shown whether a page links to them or not.
ALWAYS = ("ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "README.md", "SECURITY.md")
LINK = re.compile(r"(!?\[(?:[^\[\]]|\[[^\]]*\])*\])\(([^()\s#]*)(#[^()\s]*)?\)")
FENCE = re.compile(r"^( *```+)(\w+)(.*)$", re.MULTILINE)
OPTION = re.compile(r'\w+="[^"]*"')
LICENCE = re.compile(r"\A<!-- SPDX[^\n]*-->\n")
TITLE = re.compile(r"^# (.*)$", re.MULTILINE)
ROW = re.compile(r"^\|.*$", re.MULTILINE)
CODE = re.compile(r"`[^`\n]*`")
FIGURE = re.compile(r'<img alt="[^"]*" src="[./]*(assets/figures/[\w-]+\.svg)"[^>]*>')


def on_config(config: MkDocsConfig) -> None:
    """Put pages for what the navigation says with a `*`."""
    api_pages.cache_clear()  # `mkdocs serve` builds again and again
    config.nav = _expanded(config.nav)


def _expanded(entry: Any) -> Any:
    """A part of the navigation with the pages that its patterns stand for."""
    if isinstance(entry, dict):
        return {title: _expanded(below) for title, below in entry.items()}
    if isinstance(entry, list):
        parts = [_expanded(each) for each in entry]
        return [page for part in parts for page in (part if isinstance(part, list) else [part])]
    if entry == "api/*.md":
        return list(api_pages())
    if "*" in entry:
        docs = ROOT / "docs"
        return [str(path.relative_to(docs)) for path in sorted(docs.glob(entry))]
    return entry


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that no file of docs/ is."""
    for path, text in api_pages().items():
        files.append(File.generated(config, path, content=text))
    for beside in sorted(_linked()):
        page = File.generated(config, _page_of(beside), content=_shown(beside))
        page.inclusion = InclusionLevel.NOT_IN_NAV
        files.append(page)
    return files


# The API reference


@cache
def api_pages() -> dict[str, str]:
    """The text of each page of the reference by the page's path, in the order of docs/api.md."""
    pages = {}
    for group in re.split(r"^## ", api.PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        title, _, text = group.partition("\n")
        if names := api.ENTRY.findall(text):
            path = f"api/{title.lower().replace(' ', '-')}.md"
            pages[path] = f"# {title}\n\n" + "\n".join(map(_reference, names))
    return pages


def _reference(name: str) -> str:
    """What the page of a group says of a public name."""
    public = _public(name)
    if name in api.VALUES:
        return f"## `{name}` {{ #{public} }}\n\n{api.VALUES[name]}\n"
    value = getattr(lightexit, name, None) or getattr(lightexit.testing, name)
    anchor, home = "", public
    if value.__module__.endswith(f".{name}"):  # griffe would take the module
        anchor, home = f"[](){{ #{public} }}\n\n", f"{value.__module__}.{name}"
    options = "    options:\n      show_if_no_docstring: true\n" if _is_its_members(value) else ""
    return f"{anchor}::: {home}\n{options}"


def _is_its_members(value: object) -> bool:
    """Whether its members need no words, and no signature has them."""
    tells = isinstance(value, type) and issubclass(value, (Enum, Struct, tuple))
    return tells and value is not Struct


def _public(name: str) -> str:
    return f"lightexit.{name}" if name in lightexit.__all__ else f"lightexit.testing.{name}"


# Files beside docs/


def _linked() -> frozenset[PurePosixPath]:
    """All files beside docs/ that pages lead to."""
    found: set[PurePosixPath] = set()
    todo = [PurePosixPath(name) for name in ALWAYS]
    todo += [PurePosixPath(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")]
    while todo:
        page = todo.pop()
        if page.parts[0] != "docs":
            found.add(page)
        if page.suffix == ".md":
            todo += [target for target in _targets(page) if target not in found]
    return frozenset(found)


def _targets(page: PurePosixPath) -> Iterator[PurePosixPath]:
    for _, link, _ in LINK.findall((ROOT / page).read_text("utf-8")):
        target = _resolved(page, link)
        if target.parts[:1] != ("docs",) and (ROOT / target).is_file():
            yield target


def _resolved(page: PurePosixPath, link: str) -> PurePosixPath:
    """The path in the repository that a link of one of its pages leads to."""
    return PurePosixPath(posixpath.normpath(page.parent / link))


def _page_of(path: PurePosixPath) -> str:
    """Where the site has a file of the repository."""
    if path.parts[0] == "docs":
        return str(path.relative_to("docs"))
    return f"{BESIDE}{path}" if path.suffix == ".md" else f"{BESIDE}{path}.md"


def _source_of(page: str) -> PurePosixPath:
    """Which file of the repository a page shows."""
    if not page.startswith(BESIDE):
        return PurePosixPath("docs", page)
    path = PurePosixPath(page.removeprefix(BESIDE))
    return path if (ROOT / path).exists() else path.with_suffix("")


def _shown(path: PurePosixPath) -> str:
    """A page that shows a file."""
    text = (ROOT / path).read_text("utf-8")
    if path.suffix == ".md":
        return text
    head = f"---\nsearch:\n  exclude: true\n---\n# `{path}`\n\n"
    return f"{head}``````{path.suffix[1:] or 'text'}\n{text.rstrip()}\n``````\n"


# Pages


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """A page as mkdocs reads it."""
    path = page.file.src_uri
    source = _source_of(path)
    if path in api_pages() or source.suffix != ".md":
        return markdown
    if path == "api.md":
        markdown = api.ENTRY.sub(_entry_with_link, markdown)
    return as_markdown(markdown, source)


def as_markdown(text: str, source: PurePosixPath) -> str:
    """A file of the repository in Python-Markdown's words, its links those of the site."""
    text = LICENCE.sub("", text)  # else the title is not found
    text = ROW.sub(_row, text)
    text = FENCE.sub(_fence, text)
    return LINK.sub(lambda match: _link(match, source), text)


def _entry_with_link(match: re.Match[str]) -> str:
    return match[0].replace(f"`{match[1]}`", f"[`{match[1]}`][{_public(match[1])}]", 1)


def _row(match: re.Match[str]) -> str:
    """A table's row: in code, CommonMark wants bars escaped, and Python-Markdown does not."""
    return CODE.sub(lambda code: code[0].replace(r"\|", "|"), match[0])


def _fence(match: re.Match[str]) -> str:
    """Without the words that only our tests read."""
    options = "".join(f" {each}" for each in OPTION.findall(match[3]))
    return f"{match[1]}{match[2]}{options.replace(' source=', ' title=')}"


def _link(match: re.Match[str], source: PurePosixPath) -> str:
    """A link that holds in the site; one to a folder is its text, and the folder's path."""
    text, link, anchor = match[1], match[2], match[3] or ""
    target = _resolved(source, link)
    if not link or ":" in link or not (ROOT / target).exists():
        return match[0]
    if text[1:-1] == link or text[1:-1] == str(target):
        text = f"[{_title(target)}]"
    if (ROOT / target).is_dir():
        return text[1:-1] if str(target) in text else f"{text[1:-1]} (`{target}`)"
    start = posixpath.dirname(_page_of(source))
    return f"{text}({posixpath.relpath(_page_of(target), start)}{anchor})"


def _title(path: PurePosixPath) -> str:
    """What a page is called; a file that is no page is called by its path."""
    head = path.suffix == ".md" and TITLE.search((ROOT / path).read_text("utf-8"))
    return head[1] if head else f"`{path}`"


def on_page_content(html: str, config: MkDocsConfig, **_: object) -> str:
    """Our figures are part of the page: they have its light and dark."""
    return FIGURE.sub(lambda match: _figure(config, match[1]), html)


def _figure(config: MkDocsConfig, name: str) -> str:
    text = Path(config.docs_dir, name).read_text("utf-8")
    return f'<span class="figure">{text[text.index("<svg") :].strip()}</span>'
