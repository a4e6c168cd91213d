# SPDX-License-Identifier: Apache-2.0
"""The CPU back ends by name. None is imported before it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from lightexit import plugins

if TYPE_CHECKING:
    from lightexit.vm.board import Backend


def find(name: str) -> Backend:
    """The back end of that name. Raises AuthorError where there is none."""
    return cast("Backend", plugins.make(plugins.BACKENDS, name))
