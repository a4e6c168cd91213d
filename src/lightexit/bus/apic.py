# SPDX-License-Identifier: Apache-2.0
"""Requests of filters to local APICs, carried out by the machine where it has any."""

from __future__ import annotations

from typing import Protocol

from lightexit.abi import IoContext, Request
from lightexit.errors import AuthorError


class Apic(Protocol):
    """The APIC bus of a machine, as its devices reach it. From any thread, in a few us."""

    @property
    def requests(self) -> Request:
        """The requests that it carries out; a filter that may make others is refused."""
        ...

    def send(self, destination: int, vector: int, mode: int) -> None:
        """Send a message; `mode` is an `ApicMode`, with any `ApicFlag`."""
        ...

    def end_of_interrupt(self, vector: int) -> None:
        """Tell all I/O APICs that an interrupt with that vector has been served."""
        ...


def offered(apic: Apic | None) -> Request:
    """The requests that a bus with that APIC carries out."""
    return Request(0) if apic is None else apic.requests


def carry_out_requests(name: str, context: IoContext, apic: Apic | None) -> None:
    """Do what a filter of the device `name` asked for. Raises AuthorError for what is not had."""
    requests, had = Request(context.requests), offered(apic)
    if apic is None or int(requests) & ~int(had):
        raise AuthorError(
            f"a filter of {name} asks for {requests.described()}, which this machine cannot do",
            expected=", ".join(filter(None, ("lines", "doorbells", had.described()))),
        )
    if Request.APIC_MESSAGE in requests:
        apic.send(context.apic_destination, context.apic_vector, context.apic_mode)
    if Request.EOI in requests:
        apic.end_of_interrupt(context.eoi_vector)
