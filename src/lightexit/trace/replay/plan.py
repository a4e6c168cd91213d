# SPDX-License-Identifier: Apache-2.0
"""Which devices are replayed, and where they are, as a command line says it."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Any

from lightexit.bus.placing import Place
from lightexit.bus.region import PlacedRegion
from lightexit.devices.device import Device
from lightexit.errors import AuthorError
from lightexit.targets.finding import DeviceMaker
from lightexit.vm.places import PC

_EXPECTED = "NAME, NAME=ADDRESS or NAME=WINDOW:ADDRESS,..., as in pm=0x600 or pm=gpe0:0xafe0"


@dataclass(frozen=True)
class DevicePlan:
    """A device to be made. `bases` are addresses by window, "" for the first one; windows that are
    not named are where a PC has them."""

    name: str
    maker: DeviceMaker
    bases: tuple[tuple[str, int], ...] = ()


def parse_bases(argument: str, text: str) -> tuple[tuple[str, int], ...]:
    """What stands behind the "=" of a --device. Raises AuthorError."""
    found = []
    for part in text.split(","):
        window, _, address = part.rpartition(":")
        found.append((window, parse_address(f"--device {argument}", address)))
    return tuple(found)


def parse_address(option: str, text: str) -> int:
    """An address in hexadecimal or decimal. Raises AuthorError."""
    if re.fullmatch(r"0[xX][0-9a-fA-F]{1,16}", text):
        return int(text, 16)
    if re.fullmatch(r"[0-9]{1,19}", text):
        return int(text)
    raise AuthorError(f"{option}: {text!r} is no address", expected=_EXPECTED)


def place_of(device: Device[Any], plan: DevicePlan) -> Place | None:
    """Where the device is to be. Raises AuthorError for windows that it does not have, and where
    no address is known."""
    windows = _windows(device)
    usual = PC.get(device.name)
    bases: dict[str, int | None]
    if usual is None or isinstance(usual, int):
        bases = dict.fromkeys(windows)
        if isinstance(usual, int) and windows:
            bases[windows[0]] = usual
    else:
        bases = {window: usual.get(window) for window in windows}
    for window, base in plan.bases:
        bases[_window(plan.name, windows, window)] = base
    if windows and all(base is None for base in bases.values()):
        raise AuthorError(
            f"where {plan.name} was in the recorded machine is not known",
            expected=f"its address: --device {plan.name}=ADDRESS",
        )
    return bases if windows else None


def _windows(device: Device[Any]) -> list[str]:
    """The windows that need an address, by name, in order."""
    regions = (each for each in device.regions if not isinstance(each, PlacedRegion))
    return list(dict.fromkeys(each.name for each in regions))


def _window(name: str, windows: list[str], window: str) -> str:
    if not window and windows:
        return windows[0]
    if window in windows:
        return window
    known = ", ".join(repr(each) for each in windows if each)
    close = difflib.get_close_matches(window, windows, n=1)
    raise AuthorError(
        f"--device {name}: it has no window {window!r}",
        expected=f"one of {known}" if known else f"{name}=ADDRESS: it has one window, or none",
        hint=f"{name}={close[0]}:ADDRESS" if close else "",
    )
