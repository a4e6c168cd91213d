# SPDX-License-Identifier: Apache-2.0
"""`VERSION`: what the compiler makes of a source depends on its own code and on LLVM's."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from lightexit.cache import content_key
from lightexit.cache.sources import sources_version

#: Folders of lightexit whose code decides what bytecode comes to be.
MAKERS = ("abi", "isa", "compiler")


def _llvmlite_version() -> bytes:
    """Read, not asked for: importing llvmlite takes longer than all else of a warm start."""
    spec = importlib.util.find_spec("llvmlite")
    places = spec.submodule_search_locations if spec else None
    try:
        return Path(places[0], "_version.py").read_bytes() if places else b""
    except OSError:
        return b""


VERSION = content_key(_llvmlite_version(), sources_version(*MAKERS))
