# SPDX-License-Identifier: Apache-2.0
"""The site in Chromium, on a desk and on a phone: no page is wider than the screen.

LIGHTEXIT_SCREENS names a folder for pictures of some pages, light and dark.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from queue import Queue

import pytest

from scale import part

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
SIZES = ((1280, 900), (390, 844))
SHOWN = ("index", "start", "language", "api/devices", "design", "contract")
#: Shows each page in a frame of each width, and writes down how wide it is.
MEASURE = """<!doctype html><body><script>
const found = {};
async function measure(page, width) {
  const frame = document.createElement("iframe");
  frame.style = `width: ${width}px; height: 800px; border: 0`;
  frame.src = page;
  document.body.append(frame);
  await new Promise(done => frame.onload = done);
  const root = frame.contentDocument.documentElement;
  const elsewhere = [...frame.contentDocument.querySelectorAll("script, link, img")]
    .map(each => each.src || each.href)
    .filter(url => url && !url.startsWith(location.origin) && !url.startsWith("data:"));
  found[`${page} at ${width}`] = [root.scrollWidth - root.clientWidth, elsewhere];
  frame.remove();
}
(async () => {
  const pages = PAGES;
  while (pages.length)  // some at a time
    await Promise.all(pages.splice(0, 8).flatMap(page => WIDTHS.map(w => measure(page, w))));
  await fetch("found", {method: "POST", body: JSON.stringify(found)});
})();
</script>"""

FOUND: Queue[dict[str, tuple[int, list[str]]]] = Queue()

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder, and takes what the page of measurements has found."""

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        FOUND.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where the site's folder is served: a page from a disk may not look into its frames."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(site.parent)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def chromium(*options: str) -> list[str]:
    """The command that starts Chromium."""
    return [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *options]


def test_no_page_is_wider_than_the_screen(site: Path, address: str, tmp_path: Path) -> None:
    pages = part(sorted(f"site/{page.relative_to(site)}" for page in site.rglob("*.html")))
    script = MEASURE.replace("WIDTHS", str([width for width, _ in SIZES]))
    (site.parent / "measure.html").write_text(script.replace("PAGES", json.dumps(pages)))
    command = chromium(f"--user-data-dir={tmp_path}", f"{address}/measure.html")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as browser:
        try:
            found = FOUND.get(timeout=120)
        finally:
            browser.terminate()
    assert len(found) == len(pages) * len(SIZES)
    assert {page: wider for page, (wider, _) in found.items() if wider > 0} == {}
    assert {page: urls for page, (_, urls) in found.items() if urls} == {}


@pytest.mark.skipif("LIGHTEXIT_SCREENS" not in os.environ, reason="LIGHTEXIT_SCREENS is not set")
def test_pictures(address: str) -> None:
    folder = Path(os.environ["LIGHTEXIT_SCREENS"])
    folder.mkdir(parents=True, exist_ok=True)
    for page, (width, height), number in product(SHOWN, SIZES, range(2)):
        picture = folder / f"{page.replace('/', '-')}-{width}-{('dark', 'light')[number]}.png"
        command = chromium(
            f"--window-size={width},{height}",
            f"--blink-settings=preferredColorScheme={number}",
            "--virtual-time-budget=5000",
            f"--screenshot={picture}",
            f"{address}/site/{page}.html",
        )
        subprocess.run(command, capture_output=True, timeout=60, check=True)
        assert picture.stat().st_size > 10_000
