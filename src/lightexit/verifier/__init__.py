# SPDX-License-Identifier: Apache-2.0
"""The proof that a program is safe, and what the proof learned.

`verify` is the way in. The parts, lowest first: `tnum` and `bounds` (what is known of bits and
ranges), `scalar` and `compare` (of numbers), `value`, `cells` and `state` (of registers and
memory), `flow` (what can be said without running), `requirements` and `checker` (what
instructions demand), `transfer` (what they do), `merge` and `analysis` (all paths), `report`.
"""

from lightexit.verifier.analysis import Limits
from lightexit.verifier.report import Report, VerifierError
from lightexit.verifier.verify import verify

__all__ = ["Limits", "Report", "VerifierError", "verify"]
