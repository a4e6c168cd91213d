# SPDX-License-Identifier: Apache-2.0
"""docs/advice.md has a section for each rule and says what the rules do; the package has it too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lightexit.trace.advice.pages import sections
from lightexit.trace.advice.rules import RULES, Rule

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "advice.md"
PACKAGED = ROOT / "src" / "lightexit" / "trace" / "advice" / "advice.md"
NAMES = [rule.name for rule in RULES]
PARTS = ("Seen", "Cause", "Cure", "Verify", "lightexit", "References")


def test_the_package_has_the_page() -> None:
    assert PACKAGED.read_text() == PAGE.read_text(), f"cp {PAGE} {PACKAGED}"


def test_every_rule_has_a_section_and_every_section_a_rule() -> None:
    assert list(sections()) == NAMES
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_section_says_all_that_it_should(rule: Rule) -> None:
    assert rule.page == f"docs/advice.md#{rule.name}"
    section = sections()[rule.name]
    assert re.findall(r"^\*\*(\w+)\.\*\*", section, re.MULTILINE) == list(PARTS)


def test_the_table_has_the_rates_of_the_rules() -> None:
    rows = re.findall(r"^\| \[([a-z-]+)\]\(#([a-z-]+)\) \| ([\d,]+) \|", PAGE.read_text(), re.M)
    assert [(name, anchor, int(rate.replace(",", ""))) for name, anchor, rate in rows] == [
        (rule.name, rule.name, rule.per_second) for rule in RULES
    ]


def test_links_within_lead_to_sections() -> None:
    assert set(re.findall(r"\]\(#([^)]*)\)", PAGE.read_text())) <= set(NAMES)


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_every_rule_says_what_to_do(rule: Rule) -> None:
    assert "" in rule.cures
    assert rule.what.endswith(".")
    for cure in rule.cures.values():
        assert cure.endswith((".", "")), cure


def test_filters_that_the_page_names_exist() -> None:
    import importlib

    named = set(re.findall(r"`([a-z_0-9]+)\.([a-z_]+)`", "".join(_own_parts())))
    assert ("pmtimer", "read_timer") in named
    for module, function in named:
        assert hasattr(importlib.import_module(f"lightexit.devices.{module}"), function)


def _own_parts() -> list[str]:
    return re.findall(r"^\*\*lightexit\.\*\*(.*?)(?:\n\n|\Z)", PAGE.read_text(), re.M | re.S)
