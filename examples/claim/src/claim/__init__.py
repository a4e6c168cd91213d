# SPDX-License-Identifier: Apache-2.0
"""A device for lightexit whose register has a side effect."""

from claim.device import Claim

__all__ = ["Claim"]
