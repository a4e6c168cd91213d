# SPDX-License-Identifier: Apache-2.0
"""Files of earlier releases are restored by this one.

`python -m vm.saving.test_golden FILE` writes one, to be kept when a release is made.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from guests.build import guest
from lightexit.vm.machine import RunEnd, RunLimits
from vm.saving.machines import small
from vm.saving.many import RESULT

FILES = sorted((Path(__file__).parents[2] / "golden" / "saved").iterdir())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_of_an_earlier_release(path: Path) -> None:
    machine = small()
    machine.restore(path)
    assert machine.run(RunLimits(seconds=60)).reason is RunEnd.HALTED
    assert machine.console.text == RESULT


def write(path: Path) -> None:
    """In the middle of its work, with interrupts."""
    machine = small(guest("moments"))
    machine.run(RunLimits(accesses=700))
    machine.save(path)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
