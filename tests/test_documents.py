# SPDX-License-Identifier: Apache-2.0
"""Documents agree with the code that they are about."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from bench._docs import TEXT
from documents.blocks import blocks

ROOT = Path(__file__).parents[1]
DEVICES = (ROOT / "docs/devices.md").read_text()
#: Where a device's section begins with another word than its name.
SECTIONS = {"pm": "pmtimer"}
THREATS = "| a guest can | we do | left to the caller |"


def _sections() -> dict[str, str]:
    parts = re.split(r"^## ", DEVICES, flags=re.MULTILINE)[1:]
    return {re.split(r"[:\n]", part, maxsplit=1)[0].strip(): part for part in parts}


@pytest.mark.parametrize("device", sorted(e.name for e in entry_points(group="lightexit.devices")))
def test_every_device_has_a_threat_table(device: str) -> None:
    assert THREATS in _sections()[SECTIONS.get(device, device)]


def _documents() -> list[Path]:
    return [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


@pytest.mark.parametrize("document", _documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


def _code_spans(document: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", (ROOT / document).read_text())


def test_contributing_names_files_that_exist() -> None:
    spans = [span for span in _code_spans("CONTRIBUTING.md") if "/" in span and " " not in span]
    assert len(spans) > 10
    assert [span for span in spans if not (ROOT / span).exists()] == []


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_make_targets_exist(document: str) -> None:
    typed = "".join(block.text for block in blocks(ROOT / document))
    targets = set(re.findall(r"^make ([a-z-]+)", typed, re.MULTILINE))
    targets |= set(re.findall(r"`make ([a-z][a-z-]*)", (ROOT / document).read_text()))
    assert len(targets) > 1
    rules = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert targets - set(rules) == set()


def test_the_version_is_said_once() -> None:
    version = re.search(
        r'^__version__ = "(.+)"$', (ROOT / "src/lightexit/__init__.py").read_text(), re.MULTILINE
    )
    assert version is not None
    assert f'PACKAGE_VERSION="{version[1]}"' in (ROOT / "kernel/dkms.conf").read_text()
    assert (ROOT / "debian/changelog").read_text().startswith(f"lightexit ({version[1]}) ")
    assert f"lightexit-{version[1]}\n" in (ROOT / "docs/kernel-trust.md").read_text()


#: Documents whose figures are all of the kernel side; of the others, those about KVM or the kernel.
OF_THE_KERNEL = ("docs/kernel-figures.md", "docs/kernel-guest.md")
MIXED = ("README.md", "docs/benchmarks.md", "docs/kernel-trust.md")
_KERNEL_SIDE = re.compile(
    r"\bKVM|\bin(?:side)? the kernel|kernel module|the module|in-kernel|vCPU", re.I
)
_UNITS = "times|ns|us|ms|s|ppm|%|instructions|exits|cycles|accesses"
_FIGURE = re.compile(rf"\d[\d,.]*(?: to \d[\d,.]*)?(?: ?%| (?:{_UNITS})\b)|\|\s*\d+\.\d+\b")
_NO_FIGURE = re.compile(r"`[^`]*`|\]\([^)]*\)|<!--.*?-->|(?:Linux|ADR|SDM volume) \d[\w.-]*")


def _passages(text: str) -> Iterator[str]:
    """Paragraphs, list items and rows of tables, each row behind its table's head."""
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    for block in re.split(r"\n\s*\n", text):
        lines = block.strip("\n").split("\n")
        if all(line.startswith(("    ", "#")) for line in lines):
            continue
        if lines[0].startswith("|"):
            yield from _rows(lines)
        else:
            yield from re.split(r"\n(?=- |\d+\. )", block)


def _rows(table: list[str]) -> Iterator[str]:
    """Rows behind the table's head and what their first cell, if it is empty, stands for."""
    first = ""
    for row in table[2:]:
        first = row.split("|")[1].strip() or first
        yield f"{table[0]}\n{first}\n{row}"


def _not_called_emulated(name: str, text: str) -> list[str]:
    """Passages with a figure of the kernel side that do not have the word."""
    plain = ((each, _NO_FIGURE.sub("", each)) for each in _passages(text))
    if name in OF_THE_KERNEL:
        figures = [each for each, told in plain if re.search(r"\d", told)]
    else:
        figures = [e for e, told in plain if _KERNEL_SIDE.search(e) and _FIGURE.search(told)]
    return [each for each in figures if not re.search(r"\bemulated\b", each)]


def _hardware() -> list[Path]:
    """Results of `lightexit bench host --json` that are of hardware."""
    found = (ROOT / "docs" / "hosts").glob("*.json")
    return [path for path in found if json.loads(path.read_text())["emulated"] is False]


@pytest.mark.parametrize("name", [*OF_THE_KERNEL, *MIXED])
def test_figures_of_the_kernel_side_are_called_emulated(name: str) -> None:
    if _hardware():
        pytest.skip("there is a result of hardware")
    assert _not_called_emulated(name, (ROOT / name).read_text()) == []


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("README.md", "KVM answers in 30 ns.", 1),
        ("README.md", "KVM answers in 30 emulated ns.", 0),
        ("README.md", "A filter takes 30 ns.", 0),
        ("README.md", "- In the kernel 2.0 to 2.1 times fewer.\n- Two more.", 1),
        ("README.md", "| a | b |\n|---|---|\n| KVM | 0.99 |\n| KVM, emulated | 0.99 |", 1),
        ("README.md", "| a | b |\n|---|---|\n| KVM | x | 1 |\n| | y | 0.99 |", 1),
        ("README.md", "| emulated | b |\n|---|---|\n| KVM | 0.99 |", 0),
        ("docs/kernel-figures.md", "It takes 17.\n\n    python 3\n\nThat is all, on Linux 6.1.", 1),
    ],
)
def test_a_figure_without_the_word_is_found(name: str, text: str, count: int) -> None:
    assert len(_not_called_emulated(name, text)) == count


def test_the_page_of_benchmarks_has_the_text_that_is_written_around_its_figures() -> None:
    page = (ROOT / "docs/benchmarks.md").read_text()
    parts = re.split(r"\n\n|\n(?=- )|\{table\}", TEXT)
    assert len(parts) > 15
    assert [part for part in parts if part not in page] == []
