# SPDX-License-Identifier: Apache-2.0
"""Why no law finds a mutant: by module, kind of mistake, and what became what."""

from __future__ import annotations

REASONS: dict[str, str] = {}
