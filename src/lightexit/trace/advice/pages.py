# SPDX-License-Identifier: Apache-2.0
"""The sections of docs/advice.md, which the package has as `advice.md`; a test compares them."""

from __future__ import annotations

import re


def sections() -> dict[str, str]:
    """The section of each rule, in Markdown, by its name."""
    from importlib import resources  # slow to import, and seldom needed

    text = resources.files("lightexit.trace.advice").joinpath("advice.md").read_text("utf-8")
    parts = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    return {part.partition("\n")[0].strip(): f"## {part.rstrip()}\n" for part in parts}
