# SPDX-License-Identifier: Apache-2.0
"""Which z3 there is."""

from __future__ import annotations

from lightexit.errors import HostError
from lightexit.extras import need

#: What proofs are tried with.
MAJOR = 5


def z3_version() -> str:
    """Its version. Raises HostError where there is none, or one of another major version."""
    need("lightexit prove", "z3")
    import z3

    if z3.get_version()[0] != MAJOR:
        raise HostError(
            f"z3 {z3.get_version_string()} is installed",
            expected=f"z3 {MAJOR}, which proofs are tried with",
            advice="pip install 'lightexit[prove]'",
        )
    return str(z3.get_version_string())
