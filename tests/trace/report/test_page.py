# SPDX-License-Identifier: Apache-2.0
"""The page needs nothing but itself, and no text of a recording is more than text in it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from elements import Elements
from lightexit.errors import AuthorError
from lightexit.trace.report import find, summarize
from lightexit.trace.report.page import page
from recordings import record

PLOTS = ["time", "registers", "latencies", "registers-latencies"]
EVIL = (
    "</title></style></svg><script>alert(1)</script><img src=http://evil.example/x onerror=a()>"
    "{{ 7*7 }}{% for %}&lt;$\\frac{1}$\x1b[31m\"'`\u202e"
)


def page_of(path: Path, refused: tuple[AuthorError, ...] = ()) -> str:
    return page(summarize(find([path])), refused)


def hostile(path: Path) -> Path:
    """A recording whose texts would be something else than texts, if they could."""
    record(path, 500)
    table = pq.read_table(path)
    for name in ("host", "vm", "vmm", "machine"):
        texts = pa.array([EVIL] * 500).dictionary_encode()
        field = pa.field(name, texts.type, False)
        table = table.set_column(table.column_names.index(name), field, texts)
    pq.write_table(table, path)
    return path


def test_it_has_its_plots_and_loads_nothing(tmp_path: Path) -> None:
    text = page_of(record(tmp_path / "a.parquet", 500))
    found = Elements(text)
    tags = {tag for tag, _ in found.elements}
    assert not tags & {"script", "img", "image", "link", "iframe", "object", "embed", "a", "form"}
    assert [at["id"] for tag, at in found.elements if tag == "figure"] == PLOTS
    assert sum(tag == "svg" for tag, _ in found.elements) == len(PLOTS)
    for _, attributes in found.elements:
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name not in ("src", "action")
            if name.endswith("href"):
                assert value is not None
                assert value.startswith("#")
    outside = re.sub(r'xmlns(:xlink)?="http://www.w3.org/[^"]*"', "", text)
    assert "http://" not in outside
    assert "https://" not in outside
    assert "@import" not in text
    (policy,) = (at["content"] for _, at in found.elements if "http-equiv" in at)
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")


def test_ids_of_the_plots_differ(tmp_path: Path) -> None:
    found = Elements(page_of(record(tmp_path / "a.parquet", 500)))
    groups = [at["id"] for tag, at in found.elements if tag in ("clippath", "path") and "id" in at]
    assert len({*groups}) == len(groups) > 4


def test_colours_are_the_pages(tmp_path: Path) -> None:
    text = page_of(record(tmp_path / "a.parquet", 500))
    figures = "".join(re.findall(r"<figure.*?</figure>", text, re.DOTALL))
    colours = {*re.findall(r"(?:fill|stroke): ([^;\"]+)", figures)}
    named = {found[1] for each in colours if (found := re.match(r"var\(--(\w+)", each))}
    assert {"user", "kvm", "ink", "faint"} <= named
    assert {each for each in colours if not each.startswith("var(")} <= {"none"}


def test_texts_of_recordings_are_texts(tmp_path: Path) -> None:
    error = AuthorError(f"{EVIL} is no Parquet file")
    text = page_of(hostile(tmp_path / "a.parquet"), (error,))
    found = Elements(text)
    assert "script" not in {tag for tag, _ in found.elements}
    assert "img" not in {tag for tag, _ in found.elements}
    assert found.text.count("<script>alert(1)</script>") >= 2
    assert "{{ 7*7 }}{% for %}&lt;$\\frac{1}$\\x1b[31m\"'`\\u202e" in found.text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_math_in_a_plot_is_no_math(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lightexit.trace.report.words.title", lambda _each: "$\\frac{1$<b>& write")
    found = Elements(page_of(record(tmp_path / "a.parquet", 500)))
    assert "$\\frac{1$<b>& write" in found.text
    assert "b" in {tag for tag, _ in found.elements}  # of the figures at its top
    assert sum(tag == "b" for tag, _ in found.elements) == 5


def test_a_page_of_nothing(tmp_path: Path) -> None:
    found = Elements(page_of(record(tmp_path / "a.parquet", 0)))
    assert "svg" not in {tag for tag, _ in found.elements}
    assert "0\n accesses" in found.text or "0 accesses" in found.text


def test_it_says_what_it_does_not_cover(tmp_path: Path) -> None:
    path = record(tmp_path / "a.parquet", 10, lost=1234)
    refused = tuple(AuthorError(f"{i}.parquet is cut off") for i in range(25))
    text = Elements(page_of(path, refused)).text
    assert "1,234 more accesses were made, but lost" in text
    assert "Not in this report: 19.parquet is cut off" in text
    assert "5 more files are not in this report" in text


def test_costs_are_as_measured(tmp_path: Path) -> None:
    text = Elements(page_of(record(tmp_path / "a.parquet", 500))).text
    assert "pmtimer.read_timer" in text
    assert "The times are those that were measured" in text
    assert "What they would have taken with the filter is not in a recording" in text


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
OUTSIDE = '<img src="http://evil.example/x.png"><script src="http://evil.example/y.js"></script>'


def browse(address: str, folder: Path, *words: str) -> str:
    """What a browser without a network prints."""
    assert CHROMIUM is not None
    common = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    common += [f"--user-data-dir={folder / 'profile'}", "--window-size=1000,3000"]
    common += ["--host-resolver-rules=MAP * ~NOTFOUND"]
    done = subprocess.run(
        [CHROMIUM, *common, *words, address],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env=dict(os.environ, HOME=str(folder)),
    )
    return done.stdout


def dom_and_requests(path: Path, folder: Path) -> tuple[str, set[str]]:
    """What became of a page, and what else the page asked for; the browser's own is left out."""
    log = folder / "net.json"
    words = [f"--log-net-log={log}", "--net-log-capture-mode=Everything", "--dump-dom"]
    dom, text = browse(path.as_uri(), folder, *words), log.read_text().rstrip()
    events = json.loads(text if text.endswith("}") else text.rstrip(",") + "]}")["events"]
    asked = [event["params"] for event in events if "initiator" in event.get("params", {})]
    return dom, {each["url"] for each in asked if each["initiator"] != "not an origin"}


@pytest.mark.long
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_a_browser_shows_it_and_it_asks_for_nothing(tmp_path: Path) -> None:
    control = tmp_path / "control.html"
    control.write_text(OUTSIDE)
    _, asked = dom_and_requests(control, tmp_path)
    assert asked == {"http://evil.example/x.png", "http://evil.example/y.js"}
    path = tmp_path / "page.html"
    path.write_text(page_of(hostile(tmp_path / "a.parquet")))
    dom, asked = dom_and_requests(path, tmp_path)
    shown = Elements(dom)
    assert asked == set()
    assert [at["id"] for tag, at in shown.elements if tag == "figure"] == PLOTS
    assert sum(tag == "svg" for tag, _ in shown.elements) == len(PLOTS)
    assert "script" not in {tag for tag, _ in shown.elements}


@pytest.mark.long
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
@pytest.mark.parametrize(
    ("setting", "paper", "user"),
    [(1, (255, 255, 255), (217, 130, 43)), (0, (21, 24, 28), (240, 165, 82))],
    ids=["light", "dark"],
)
def test_plots_have_the_colours_of_the_scheme(
    setting: int, paper: tuple[int, ...], user: tuple[int, ...], tmp_path: Path
) -> None:
    from matplotlib.image import imread

    path, picture = tmp_path / "page.html", tmp_path / "page.png"
    path.write_text(page_of(record(tmp_path / "a.parquet", 500)))
    scheme = f"--blink-settings=preferredColorScheme={setting}"
    browse(path.as_uri(), tmp_path, scheme, f"--screenshot={picture}")
    some = imread(picture)[::3, ::3, :3].reshape(-1, 3)
    assert {paper, user} <= {tuple(round(255 * part) for part in each) for each in some.tolist()}
