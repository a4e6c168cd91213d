# SPDX-License-Identifier: Apache-2.0
"""What shells offer where a name of something that can be plugged in is wanted."""

from __future__ import annotations

from collections.abc import Callable

from lightexit import plugins
from lightexit.plugins import PluginKind


def names_of(kind: PluginKind) -> Callable[[str], list[str]]:
    """Gives the names that begin like a word, plug-ins' included."""

    def names(incomplete: str) -> list[str]:
        return [name for name in plugins.names(kind) if name.startswith(incomplete)]

    return names
