# SPDX-License-Identifier: Apache-2.0
"""What the screen of `lightexit top` shows and what its keys do, as lines of text: no terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from lightexit.cli.topsavings import Savings
from lightexit.cli.topview import (
    SortKey,
    View,
    header_lines,
    interrupt_lines,
    number,
    shown_rows,
    table_lines,
)
from lightexit.shown import one_line
from lightexit.trace.advice import Advice, advice_lines
from lightexit.trace.rates import Rates
from lightexit.trace.watching import ListedVm

FOOTER = "q quit  space pause  / filter  v VM  s t n a m sort  r reverse  c vCPUs  h help"
HELP = """\
Each row is one register of a VM, accessed by one vCPU in one direction.

  per s     accesses a second, in the last interval
  rw        r or w: read or written, and how many bytes
  in        where it was answered: KVM, or user space (the VMM)
  ns each   time from the exit to the answer; - where it was not measured
  %         share of all accesses that were counted
  F         lightexit has a filter that answers it

  s t n a m    sort by accesses a second, time, register, address, VM
  r            reverse the order
  c            all vCPUs of a VM in one row
  /            type words that a row has to have; Enter keeps, Escape drops them
  v            choose a VM
  d            what the accesses say is set up wrongly
  space        pause
  arrows       move; also Page Up, Page Down, Home
  q            quit"""


class Page(StrEnum):
    """What fills the screen."""

    ROWS = "rows"
    VMS = "VMs"
    ADVICE = "advice"
    HELP = "help"


class LineLook(StrEnum):
    """How a line of the screen stands out."""

    PLAIN = "plain"
    HEAD = "head"
    BAR = "bar"


Line = tuple[str, LineLook]
_SORTS = {
    "s": SortKey.PER_SECOND,
    "t": SortKey.TIME,
    "n": SortKey.NAME,
    "a": SortKey.ADDRESS,
    "m": SortKey.VM,
}


@dataclass
class TopState:
    """The last interval, and what was chosen by keys. `height` and `width` are the terminal's."""

    rates: Rates = field(default_factory=lambda: Rates(0))
    vms: Sequence[ListedVm] = ()
    advice: Sequence[Advice] = ()
    savings: Savings | None = None
    missing: Sequence[str] = ()
    view: View = field(default_factory=View)
    page: Page = Page.ROWS
    is_paused: bool = False
    is_typing: bool = False
    wants_end: bool = False
    first: int = 0
    height: int = 24
    width: int = 80

    def update(self, rates: Rates, vms: Sequence[ListedVm], advice: Sequence[Advice]) -> None:
        """Show the next interval, unless it is to stand still."""
        if not self.is_paused:
            self.rates, self.vms, self.advice = rates, vms, advice

    # Keys

    def press(self, key: str, character: str = "") -> None:
        """A key by its name ("space", "down", "a"), and the character that it types, if any."""
        if self.is_typing:
            self._type(key, character)
        elif key in _SORTS:
            self.view = replace(self.view, sort=_SORTS[key], reverse=False)
        elif key in _KEYS:
            _KEYS[key](self)
        elif key in _MOVES:
            self.first = max(self.first + _MOVES[key](self), 0)

    def _type(self, key: str, character: str) -> None:
        words = self.view.words
        if key in ("enter", "escape"):
            self.is_typing = False
            words = words if key == "enter" else ""
        elif key == "backspace":
            words = words[:-1]
        elif character.isprintable():
            words = one_line(words + character, 60)
        self.view = replace(self.view, words=words)
        self.first = 0

    def _end(self) -> None:
        self.wants_end = True

    def _pause(self) -> None:
        self.is_paused = not self.is_paused

    def _reverse(self) -> None:
        self.view = replace(self.view, reverse=not self.view.reverse)

    def _merge(self) -> None:
        self.view = replace(self.view, merged=not self.view.merged)

    def _filter(self) -> None:
        self.page, self.is_typing = Page.ROWS, True

    def _open(self, page: Page) -> None:
        self.page = Page.ROWS if self.page is page else page
        self.first = 0

    def _leave(self) -> None:
        """Back from a page; from the rows, back to all of them."""
        if self.page is Page.ROWS:
            self.view = replace(self.view, words="", vm=None)
        self.page, self.first = Page.ROWS, 0

    def _choose(self) -> None:
        if self.page is Page.VMS:
            chosen = min(self.first, len(self.vms))
            self.view = replace(self.view, vm=self.vms[chosen - 1].vm.pid if chosen else None)
        self.page, self.first = Page.ROWS, 0

    # Lines

    def lines(self) -> list[Line]:
        """`height` lines, of `width` characters at most."""
        head = [(line, LineLook.HEAD) for line in self._head()]
        body = self._body(self.height - len(head) - 1)
        above = (head + body)[: self.height - 1]
        above += [("", LineLook.PLAIN)] * (self.height - 1 - len(above))
        return [*above, (self._footer()[: self.width].ljust(self.width), LineLook.BAR)]

    def _head(self) -> list[str]:
        sums, counted, *ended = header_lines(self.rates, self.vms, self.width, self.missing)
        if not self.rates.seconds:
            sums, counted = "lightexit top: measuring", ""
        view = self.view
        order = f"by {view.sort}{', reversed' if view.reverse else ''}"
        chosen = [
            *(["PAUSED"] if self.is_paused else []),
            counted,
            order,
            *([f"VM {self._vm_name()}"] if view.vm is not None else []),
            *([f"with {view.words!r}"] if view.words else []),
        ]
        return [
            one_line(each, self.width) for each in (sums, "  ".join(filter(None, chosen)), *ended)
        ]

    def _vm_name(self) -> str:
        names = [each.vm.name for each in self.vms if each.vm.pid == self.view.vm]
        return one_line(names[0], 30) if names else f"of process {self.view.vm}"

    def _footer(self) -> str:
        if self.is_typing:
            return f"filter: {self.view.words}_   Enter keeps it, Escape drops it"
        if self.page is Page.VMS:
            return "up and down move  Enter chooses  Escape goes back"
        return FOOTER if self.page is Page.ROWS else "arrows move  Escape goes back  q quit"

    def _body(self, room: int) -> list[Line]:
        if self.page is Page.ROWS:
            return self._rows(room)
        if self.page is Page.VMS:
            return self._vms(room)
        text = HELP.splitlines()
        if self.page is Page.ADVICE:
            text = advice_lines(self.advice, self.width) or ["There is no advice."]
        self.first = min(self.first, max(len(text) - room, 0))
        return [(one_line(line, self.width), LineLook.PLAIN) for line in text[self.first :][:room]]

    def _rows(self, room: int) -> list[Line]:
        rows = shown_rows(self.rates.rows, self.view)
        told = self._told()
        room -= len(told) + 1
        self.first = min(self.first, max(len(rows) - room, 0))
        title, *lines = table_lines(
            rows[self.first :][: max(room, 0)], self.view, self.width, self.savings, fills=True
        )
        lines += [""] * (room - len(lines))
        plain = [(line, LineLook.PLAIN) for line in (*lines, *told)]
        return [(title.ljust(self.width), LineLook.BAR), *plain]

    def _told(self) -> list[str]:
        """What stands below the rows."""
        lines = interrupt_lines(self.rates, self.vms, self.view, self.width)
        if self.savings is not None:
            lines.append(self.savings.basis())
        rules = list(dict.fromkeys(each.rule for each in self.advice))
        if rules:
            lines.append(f"advice (press d): {', '.join(rules)}")
        return [one_line(line, self.width) for line in lines]

    def _vms(self, room: int) -> list[Line]:
        """All of them, one a line, with a mark at the one that Enter chooses."""
        entries = ["all VMs", *(_entry(each) for each in self.vms)]
        self.first = min(self.first, len(entries) - 1)
        start = max(self.first - room + 1, 0)
        shown = list(enumerate(entries))[start : start + room]
        return [
            (
                one_line(f"{'>' if place == self.first else ' '} {entry}", self.width),
                LineLook.PLAIN,
            )
            for place, entry in shown
        ]


def _entry(each: ListedVm) -> str:
    vm = each.vm
    what = "ended" if each.has_ended else f"{number(each.per_second)} accesses/s"
    return f"{one_line(vm.name, 24):24} {one_line(vm.vmm, 16):16} process {vm.pid:<7} {what}"


_KEYS: dict[str, Callable[[TopState], None]] = {
    "q": TopState._end,
    "space": TopState._pause,
    "p": TopState._pause,
    "r": TopState._reverse,
    "c": TopState._merge,
    "slash": TopState._filter,
    "v": lambda state: state._open(Page.VMS),
    "d": lambda state: state._open(Page.ADVICE),
    "h": lambda state: state._open(Page.HELP),
    "question_mark": lambda state: state._open(Page.HELP),
    "escape": TopState._leave,
    "enter": TopState._choose,
}
_MOVES: dict[str, Callable[[TopState], int]] = {
    "down": lambda state: 1,
    "up": lambda state: -1,
    "pagedown": lambda state: state.height - 6,
    "pageup": lambda state: 6 - state.height,
    "home": lambda state: -state.first,
}
