# SPDX-License-Identifier: Apache-2.0
"""Commands of the release: quiet while they succeed, and all that they said where they fail."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType


class Failed(Exception):  # noqa: N818 - the text says it all
    """A command failed: which, and what it printed."""


class Unavailable(Exception):  # noqa: N818 - a reason to go on without, not a failure
    """Why something cannot be done on this machine."""


def run(
    *command: str | Path,
    cwd: Path | None = None,
    umask: int = -1,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Run a command; what it printed. Raises Failed."""
    words = [*map(str, command)]
    ended = subprocess.run(
        words,
        cwd=cwd,
        umask=umask,
        env={**os.environ, **variables},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if ended.returncode:
        raise Failed(f"{' '.join(words)} failed:\n{ended.stdout}")
    return ended.stdout
