# SPDX-License-Identifier: Apache-2.0
"""Where tests keep what they have made: for this run, or for later ones as well."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

_USERS = "LIGHTEXIT_TESTS_USERS_CACHE"


def use_own() -> TemporaryDirectory[str]:
    """From now on this process and those that it starts have a cache of their own, empty so far.

    In the user's, thousands of the tests' programs would lie: who adds one to them looks through
    them all, and the tests of the day after tomorrow would take longer than those of today.
    """
    folder = TemporaryDirectory(prefix="lightexit-cache-")
    os.environ.setdefault(_USERS, os.environ.get("XDG_CACHE_HOME", ""))
    os.environ["XDG_CACHE_HOME"] = folder.name
    return folder


def keep_bytecode() -> None:
    """From now on what this process and those that it starts compile is written to __pycache__.

    Hundreds of processes import lightexit, and pytest rewrites the assertions of every test file.
    Where the environment forbids to write bytecode, as containers' often does, all of that would
    be compiled each time.
    """
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def lasting() -> Path:
    """The user's own, for what takes minutes to make."""
    base = os.environ.get(_USERS, os.environ.get("XDG_CACHE_HOME", ""))
    return Path(base or Path.home() / ".cache") / "lightexit"
