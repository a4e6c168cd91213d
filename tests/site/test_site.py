# SPDX-License-Identifier: Apache-2.0
"""The site of `make docs`: what it links to is there, and it loads nothing from elsewhere."""

from __future__ import annotations

import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt

import lightexit
import lightexit.testing

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md"))
#: Attributes whose address a browser fetches by itself; `a` is only followed.
LOADED = {
    "script": "src",
    "img": "src",
    "link": "href",
    "iframe": "src",
    "source": "srcset",
    "object": "data",
    "video": "src",
}


class Read(HTMLParser):
    """What a page names and what it refers to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.ids |= {values[name] for name in ("id", "name") if name in values}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if LOADED.get(tag) in values:
            self.loaded.append(values[LOADED[tag]])


@cache
def read(path: Path) -> Read:
    return Read(path.read_text("utf-8"))


def is_external(link: str) -> bool:
    parts = urlsplit(link)
    return bool(parts.netloc) or parts.scheme not in ("", "data")


def broken(site: Path, page: Path, link: str) -> bool:
    """Whether a link of a page leads to no file, or to no place in it."""
    parts = urlsplit(link)
    start = site if parts.path.startswith("/") else page.parent
    target = (start / unquote(parts.path).lstrip("/")).resolve() if parts.path else page
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return True
    return bool(parts.fragment) and unquote(parts.fragment) not in read(target).ids


def test_nothing_is_warned_of(building: tuple[Path, str]) -> None:
    assert not re.search("WARNING|ERROR", building[1]), building[1]


def test_every_link_leads_somewhere(site: Path) -> None:
    wrong = [
        f"{page.relative_to(site)}: {link}"
        for page in sorted(site.rglob("*.html"))
        for link in {*read(page).links, *read(page).loaded}
        if not is_external(link) and not link.startswith("data:") and broken(site, page, link)
    ]
    assert wrong == []


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    loaded = {link for page in site.rglob("*.html") for link in read(page).loaded}
    for sheet in site.rglob("*.css"):
        loaded |= set(re.findall(r"""(?:url\(|@import\s*)["']?([^"')]+)""", sheet.read_text()))
    assert [link for link in loaded if is_external(link)] == []


def test_every_page_can_be_searched(site: Path) -> None:
    index = json.loads((site / "search/search_index.json").read_text())
    found = {entry["location"].partition("#")[0] for entry in index["docs"]}
    assert {page.removesuffix(".md") + ".html" for page in PAGES} - found == set()
    assert len([page for page in found if page.startswith("api/")]) > 9


def test_pages_have_the_parts_that_commonmark_sees(site: Path) -> None:
    """mkdocs reads Markdown in its own way: for one, a list needs an empty line above it."""
    reader = MarkdownIt().enable("table")
    for page in PAGES:
        wanted = parts(reader.render((DOCS / page).read_text("utf-8")))
        assert parts(article(site / page)) == wanted, page


def article(page: Path) -> str:
    html = page.with_suffix(".html").read_text("utf-8")
    return html[html.index("<article") : html.index("</article>")]


def parts(html: str) -> dict[str, int]:
    tags = Read(html).tags
    return {tag: tags.count(tag) for tag in ("h1", "h2", "h3", "li", "tr", "pre", "blockquote")}


def test_the_reference_has_every_public_name(site: Path) -> None:
    pages = list((site / "api").glob("*.html"))
    ids = set().union(*(read(page).ids for page in pages))
    public = {f"lightexit.{name}" for name in lightexit.__all__}
    public |= {f"lightexit.testing.{name}" for name in lightexit.testing.__all__}
    assert public - ids == set()
    assert not any(
        "doc-symbol-module" in page.read_text() for page in (site / "api").glob("*.html")
    )


def test_the_figure_of_an_exits_time_has_the_figures_of_the_benchmarks() -> None:
    figure = (DOCS / "assets/figures/exit-time.svg").read_text()
    shown = re.findall(r'">([^<]+)</text>\s+<rect [^>]*width="(\d+)".*>([\d.]+)</text>', figure)
    table = (DOCS / "benchmarks.md").read_text()
    rows = table[table.index("| emulated KVM, PIO read |") :].splitlines()[:6]
    cells = [[cell.strip() for cell in row.split("|")] for row in rows]
    ratios = {cell[2].removesuffix(" / C loop"): cell[3] for cell in cells}
    assert len(shown) == 4
    for what, width, ratio in shown:
        assert ratios[what.partition(", in the")[0]] == ratio, "docs/benchmarks.md is newer"
        assert int(width) == round(float(ratio) * 300)
