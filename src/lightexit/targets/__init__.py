# SPDX-License-Identifier: Apache-2.0
"""Devices as a command line names them: `lamp.py:Lamp,at=0x700`, `pkg.module:Lamp`, `lamp`."""

from lightexit.targets.finding import Finder, NamedMaker, devices_in, find_maker
from lightexit.targets.target import Target, find_target

__all__ = ["Finder", "NamedMaker", "Target", "devices_in", "find_maker", "find_target"]
