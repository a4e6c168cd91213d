# SPDX-License-Identifier: Apache-2.0
"""Two devices for lightexit that interact."""

from timer.device import Timer
from timer.gate import Gate

__all__ = ["Gate", "Timer"]
