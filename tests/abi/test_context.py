# SPDX-License-Identifier: Apache-2.0
"""What is said of the context beside its layout agrees with it."""

from __future__ import annotations

from lightexit.abi import DOORBELLS, WRITABLE_FIELDS, IoContext


def test_there_is_a_bit_for_every_doorbell() -> None:
    field = IoContext.layout.field("doorbells")
    assert field is not None
    assert 8 * field.size == DOORBELLS


def test_the_actions_follow_all_that_is_the_hosts() -> None:
    """The verifier takes a write from `doorbells` on for an action."""
    names = [field.name for field in IoContext.layout.fields]
    actions = names[names.index("doorbells") :]
    assert [name for name in WRITABLE_FIELDS if name != "data"] == [
        name for name in actions if name != "reserved"
    ]
