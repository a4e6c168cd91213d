# SPDX-License-Identifier: Apache-2.0
"""`lightexit --version`: what to write into a report of a bug."""

from __future__ import annotations

import platform
from importlib import metadata

from lightexit import __version__

_PARTS = {"llvmlite": "llvmlite", "unicorn": "Unicorn"}


def version() -> str:
    """One line; nothing is imported for it, and what is not installed is left out."""
    parts = [f"Python {platform.python_version()}"]
    for distribution, name in _PARTS.items():
        try:
            parts.append(f"{name} {metadata.version(distribution)}")
        except metadata.PackageNotFoundError:
            continue
    return f"lightexit {__version__} ({', '.join(parts)})"
