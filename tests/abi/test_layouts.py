# SPDX-License-Identifier: Apache-2.0
"""Layouts compared and told by a number: names of fields, types, offsets and the size count."""

from __future__ import annotations

import pytest

from lightexit.abi import Array, Struct, array, fingerprint, first_difference, i16, u8, u16


class Part(Struct):
    low: u8
    high: u8


class Whole(Struct):
    count: u16
    is_on: bool
    parts: Array[Part] = array(Part, 2)


class Alike(Struct):
    count: u16 = 7
    is_on: bool
    parts: Array[Part] = array(Part, 2)


class Renamed(Struct):
    number: u16
    is_on: bool
    parts: Array[Part] = array(Part, 2)


class Retyped(Struct):
    count: u16
    is_on: u8
    parts: Array[Part] = array(Part, 2)


class Signed(Struct):
    count: i16
    is_on: bool
    parts: Array[Part] = array(Part, 2)


class Longer(Struct):
    count: u16
    is_on: bool
    parts: Array[Part] = array(Part, 3)


class Nested(Struct):
    count: u16
    is_on: bool
    parts: Array[Array[u8]] = array(array(u8, 2), 2)


class Added(Struct):
    count: u16
    is_on: bool
    parts: Array[Part] = array(Part, 2)
    more: u8


class Moved(Struct):
    is_on: bool
    count: u16
    parts: Array[Part] = array(Part, 2)


def test_defaults_and_the_structs_own_name_do_not_count() -> None:
    assert first_difference(Whole.layout, Alike.layout) is None
    assert fingerprint(Whole) == fingerprint(Alike)


@pytest.mark.parametrize("other", [Renamed, Retyped, Signed, Longer, Nested, Added, Moved])
def test_all_else_does(other: type[Struct]) -> None:
    assert first_difference(Whole.layout, other.layout) is not None
    assert fingerprint(Whole) != fingerprint(other)


def test_it_is_the_same_on_every_host() -> None:
    """Saves are kept: a number that changes with the code would refuse them all."""
    assert fingerprint(Whole) == 0x00F2_A5BC_1C40_D10D
