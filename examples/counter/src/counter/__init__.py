# SPDX-License-Identifier: Apache-2.0
"""A device for lightexit: a free-running counter."""

from counter.device import Counter

__all__ = ["Counter"]
