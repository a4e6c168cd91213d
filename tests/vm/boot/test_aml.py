# SPDX-License-Identifier: Apache-2.0
"""AML terms, against encodings worked out by hand from ACPI 6.5 chapter 20."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightexit.vm.boot import aml


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (0, "00"),
        (1, "01"),
        (2, "0a02"),
        (0xFF, "0aff"),
        (0x100, "0b0001"),
        (0x10000, "0c00000100"),
        (1 << 32, "0e0000000001000000"),
    ],
)
def test_integers_are_as_short_as_they_can_be(value: int, encoded: str) -> None:
    assert aml.integer(value).hex() == encoded


def test_an_integer_of_more_than_64_bits_is_an_internal_error() -> None:
    with pytest.raises(ValueError, match="has more than 64 bits"):
        aml.integer(1 << 64)


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("COM1", b"COM1"),
        ("\\_S5", b"\\_S5_"),
        ("\\_SB.COM1", b"\\\x2e_SB_COM1"),
        ("_SB.PCI0.ISA", b"\x2f\x03_SB_PCI0ISA_"),
    ],
)
def test_names_are_filled_up_and_counted(text: str, encoded: bytes) -> None:
    assert aml.path(text) == encoded


def test_the_eisa_identifier_of_a_serial_port() -> None:
    assert aml.eisa_id("PNP0501").hex() == "0c41d00501"


def test_resources_end_with_an_end_tag() -> None:
    io, irq = "4701f803f8030108", "221000"
    encoded = aml.resources(aml.io(0x3F8, 8), aml.irq(4))
    assert encoded.hex() == "11100a0d" + io + irq + "7900"


@given(st.integers(0, 1 << 20) | st.sampled_from([61, 62, 63, 64, 4092, 4093, 4094, 4095]))
@settings(derandomize=True, deadline=None, max_examples=60)
def test_a_package_length_counts_itself_and_all_behind_it(size: int) -> None:
    encoded = aml.buffer(bytes(size))
    lead, extra = encoded[1], encoded[1] >> 6
    length = lead & (0xF if extra else 0x3F)
    for index in range(extra):
        length |= encoded[2 + index] << 4 + 8 * index
    assert length == len(encoded) - 1
    assert extra == 0 or lead & 0x30 == 0


def test_a_package_too_long_is_an_internal_error() -> None:
    with pytest.raises(ValueError, match="too long for one AML package"):
        aml.buffer(bytes(1 << 28))
