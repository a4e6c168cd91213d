# SPDX-License-Identifier: Apache-2.0
"""`InterruptInputs`: the inputs of a machine's interrupt controllers, by number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from lightexit.bus.line import Junction, Line
from lightexit.devices.ioapic import PINS
from lightexit.errors import AuthorError
from lightexit.vm.board import Board
from lightexit.vm.irqchip import Irqchip

#: Of a PC's 16 ISA interrupts, the one that the second PIC has at the first.
_CASCADE = 2


class InterruptInputs:
    """Any number of wires may end at an input: it is up while one of them is.

    `connect` makes the only wire to an input, of those of `numbers`.
    """

    def __init__(self, numbers: Iterable[int] = (), connect: Callable[[int], Line] | None = None):
        self._numbers = [each for each in numbers if each != _CASCADE]
        self._connect = connect
        self._junctions: dict[int, Junction] = {}

    @property
    def levels(self) -> dict[str, list[bool]]:
        """Of all wires, by the number of their input, in the order in which they were made."""
        return {str(each): junction.levels for each, junction in self._junctions.items()}

    def restore(self, levels: Mapping[str, Sequence[bool]]) -> None:
        """Put wires back to saved levels. This is no edge."""
        for number, junction in self._junctions.items():
            junction.restore(levels.get(str(number), ()))

    def wire(self, number: int) -> Line:
        """One more wire to that input. Raises AuthorError where there is none."""
        if self._connect is None:
            raise AuthorError(
                "this machine has no interrupt controllers",
                expected="a machine whose devices have inputs to drive, such as a PC",
            )
        if number not in self._numbers:
            last = self._numbers[-1]
            raise AuthorError(
                f"there is no interrupt input {number}",
                expected=f"0 to {last}, but for {_CASCADE}: a PC has its second PIC there",
            )
        if number not in self._junctions:
            self._junctions[number] = Junction(self._connect(number))
        return self._junctions[number].wire()


def inputs_of(board: Board) -> InterruptInputs:
    """The board's, if it keeps all controllers; else there are none before there are devices."""
    if board.irqchip is not Irqchip.KERNEL:
        return InterruptInputs()
    return InterruptInputs(range(PINS), lambda number: Line(partial(board.set_irq, number)))
