# SPDX-License-Identifier: Apache-2.0
"""Both kinds of Unicorn: the build whose inside is known, and any other."""

from __future__ import annotations

import pytest


@pytest.fixture(params=["known", "other"])
def build(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Which build engines made in this test take Unicorn for."""
    if request.param == "other":
        monkeypatch.setattr("lightexit.vm.unicorn.inside._VERSION", 0)
    return str(request.param)
