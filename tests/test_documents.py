# SPDX-License-Identifier: Apache-2.0
"""Documents agree with the code that they are about."""

from __future__ import annotations

import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest

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
    targets = set(
        re.findall(r"(?:^    |`)make ([a-z][a-z-]*)", (ROOT / document).read_text(), re.MULTILINE)
    )
    rules = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert targets - set(rules) == set()


def test_the_version_is_said_once() -> None:
    version = re.search(
        r'^__version__ = "(.+)"$', (ROOT / "src/lightexit/__init__.py").read_text(), re.MULTILINE
    )
    assert version is not None
    assert f'PACKAGE_VERSION="{version[1]}"' in (ROOT / "kernel/dkms.conf").read_text()
    assert f"lightexit-{version[1]}\n" in (ROOT / "docs/kernel-trust.md").read_text()
