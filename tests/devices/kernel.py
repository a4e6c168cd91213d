# SPDX-License-Identifier: Apache-2.0
"""The Linux kernel as one more way to run a filter."""

from __future__ import annotations

import pytest

from devices.transparency import RUNNERS
from lightexit.engine.kernel import KernelEngine, available
from lightexit.rigs.runners import in_engine

#: `RUNNERS`, and the kernel where it lets us.
ALL_RUNNERS = [
    *RUNNERS,
    pytest.param(
        in_engine(KernelEngine()),
        id="kernel",
        marks=pytest.mark.skipif(available() is not None, reason=str(available())),
    ),
]
