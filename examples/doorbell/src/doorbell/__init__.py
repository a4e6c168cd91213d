# SPDX-License-Identifier: Apache-2.0
"""A device for lightexit, whose state a thread of the host shares, and that thread."""

from doorbell.consumer import Consumer
from doorbell.device import Doorbell

__all__ = ["Consumer", "Doorbell"]
