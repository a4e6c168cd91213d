# SPDX-License-Identifier: Apache-2.0
"""The proof that a program is safe, and what the proof learned.

`verify` is the way in. The parts, lowest first: `tnum` and `bounds` (what is known of bits and
ranges), `scalar` and `compare` (of numbers), `value`, `cells` and `state` (of registers and
memory), `pointers` and `flow` (what can be said without running), `requirements` and `checker`
(what instructions demand), `transfer` (what they do), `prepare` (both, once for all alike),
`merge` (states made one), `rounds` and `loops` (all rounds of a loop at once), `visits` and
`analysis` (all paths), `proof`; `limits` and `report` are what goes in and comes out, and a proof
that is kept needs no other.
"""

from __future__ import annotations

from lightexit.isa.program import Program
from lightexit.verifier.limits import DEFAULT, Limits
from lightexit.verifier.report import Fault, Report, VerifierError

__all__ = ["Fault", "Limits", "Report", "VerifierError", "verify"]


def verify(program: Program, limits: Limits = DEFAULT) -> Report:
    """Prove the program safe, or report why not. Never raises for any program."""
    from lightexit.verifier.proof import prove

    return prove(program, limits)
