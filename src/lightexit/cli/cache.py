# SPDX-License-Identifier: Apache-2.0
"""`lightexit cache`: what has been compiled and kept."""

from __future__ import annotations

from typing import Annotated

import typer

from lightexit.cache import Cache


def cache(
    clear: Annotated[bool, typer.Option("--clear", help="Delete all entries.")] = False,
) -> None:
    """List or delete programs, proofs and machine code kept on disk."""
    store = Cache()
    entries = list(store.entries())
    size = sum(entry.size for entry in entries)
    for refusal in store.refusals():
        print(f"not used: {refusal}")
    if clear:
        print(f"{store.root}: {store.clear()} entries deleted, {size:,} bytes")
        return
    for entry in sorted(entries, key=lambda entry: (entry.kind, -entry.used)):
        print(f"{entry.kind:10} {entry.key[:16]} {entry.size:>10,} bytes")
    print(f"{store.root}: {len(entries)} entries, {size:,} of at most {store.limit:,} bytes")
