# SPDX-License-Identifier: Apache-2.0
"""Proofs in the cache: what was proved of the very same source and bytecode before.

z3 is not imported, so that `verify` and `build` can show a proof where it is not installed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lightexit.cache import Cache, content_key
from lightexit.cache.sources import sources_version
from lightexit.filter import Filter
from lightexit.program_filter import ProgramFilter
from lightexit.prover.installed import z3_version

if TYPE_CHECKING:
    from lightexit.prover.proof import Proof

KIND = "equivalence"
#: Folders of lightexit whose code decides what is proved.
MAKERS = ("abi", "isa", "compiler", "engine", "prover")
_VERSION = sources_version(*MAKERS)


@dataclass(frozen=True)
class KeptProof:
    """A proof that was found: in how many seconds, over how many paths, by which z3."""

    seconds: float
    paths: int
    pairs: int
    z3: str

    def __str__(self) -> str:
        """In words."""
        return f"{self.paths:,} paths, {self.pairs:,} pairs, {self.seconds:.1f} s, z3 {self.z3}"


def kept(filter: Filter[Any]) -> KeptProof | None:
    """The proof of a filter, if there is one in the cache."""
    key = _key(filter)
    stored = Cache().get(KIND, key) if key else None
    return KeptProof(**json.loads(stored)) if stored else None


def keep(filter: Filter[Any], proof: Proof) -> None:
    """Put a proof into the cache: none but of a filter that is proved."""
    key = _key(filter)
    if key and proof.verdict == "proved":
        of_it = KeptProof(proof.seconds, proof.paths, proof.pairs, z3_version())
        Cache().put(KIND, key, json.dumps(vars(of_it)).encode())


def _key(filter: Filter[Any]) -> str | None:
    """Of all that a proof is about; None where the sources are not known."""
    source = None if isinstance(filter, ProgramFilter) else filter.source_key
    if source is None:
        return None
    program = filter.program
    return content_key(source, program.code, repr(program.maps), program.rodata, _VERSION)
