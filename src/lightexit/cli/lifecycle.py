# SPDX-License-Identifier: Apache-2.0
"""What a person may do to a machine besides running it."""

from __future__ import annotations

from pathlib import Path

from lightexit.vm.machine import Machine


def reset(machine: Machine) -> None:
    """Its reset button."""
    machine.reset("by its user")


def power_button(machine: Machine) -> None:
    """Its power button: the guest is asked to shut down."""
    machine.power_button()


def save(machine: Machine, path: Path) -> None:
    """Keep all of it in a file."""
    machine.save(path)
