# SPDX-License-Identifier: Apache-2.0
"""Which instructions the longest run executes, and how often.

The proof adds up lengths, takes the longer of two, and multiplies by a number of rounds. So the
same is done once more with numbers that have a digit for each instruction: below the length, how
often each of them is in it.
"""

from __future__ import annotations

from lightexit.isa import Program
from lightexit.verifier.analysis import Analysis, explore
from lightexit.verifier.flow import Flow
from lightexit.verifier.limits import Limits


def longest_run(program: Program, limits: Limits) -> dict[int, int]:
    """See `Report.longest_run`; of an accepted program only."""
    flow = Flow(program)
    decided, _ = explore(program, flow, limits)
    slots = [i.slot for i in flow.instructions]
    bits = limits.instructions.bit_length() + 1  # no digit exceeds the length, which is allowed
    top = bits * len(slots)
    weights = {slot: 1 << top | 1 << bits * number for number, slot in enumerate(slots)}
    scaled = limits._replace(instructions=(limits.instructions + 1 << top) - 1)
    analysis = Analysis(program, flow, scaled, decided.how, weights=weights)
    analysis.run()
    digit = (1 << bits) - 1
    counts = {slot: analysis.cost >> bits * n & digit for n, slot in enumerate(slots)}
    return {slot: count for slot, count in counts.items() if count}
