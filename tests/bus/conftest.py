# SPDX-License-Identifier: Apache-2.0
"""Devices are in cycles: their eventfds are closed here, not while others count descriptors."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def _close_eventfds() -> Iterator[None]:
    yield
    gc.collect()
