# SPDX-License-Identifier: Apache-2.0
"""The live screen of `lightexit top`: a terminal for `topkeys.TopState`."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterable
from typing import ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.events import Key, Resize
from textual.widgets import Static

from lightexit.cli.topkeys import LineLook, TopState
from lightexit.cli.topsavings import Savings
from lightexit.errors import LightexitError
from lightexit.trace.advice import Advisor
from lightexit.trace.watching import VmWatch

_LOOKS = {LineLook.PLAIN: "", LineLook.HEAD: "bold", LineLook.BAR: "reverse"}
_ENDING = (signal.SIGTERM, signal.SIGHUP)


class TopScreen(App[None]):
    """Shows what `watch` sees, each `interval_s`; for `seconds`, or until it is told to end.

    The terminal is cleaned of nothing here: `TopState.lines` are printable.
    """

    CSS = """
    Screen { background: ansi_default; color: ansi_default; }
    Static { width: 100%; height: 100%; background: ansi_default; color: ansi_default; }
    """
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar = [Binding("ctrl+c", "quit", priority=True, show=False)]

    def __init__(
        self,
        watch: VmWatch,
        interval_s: float = 1.0,
        seconds: float | None = None,
        savings: Savings | None = None,
    ) -> None:
        super().__init__(ansi_color=True)
        self.state = TopState(savings=savings, missing=watch.missing)
        self._watch, self._interval_s, self._seconds = watch, interval_s, seconds
        self._advisor = Advisor(vms=watch.known)
        self._body = Static(markup=False)
        self._failure: LightexitError | None = None
        self._signal: signal.Signals | None = None

    def show(self) -> None:
        """Take the terminal, and give it back at the end. Raises what the watch raises; a signal
        that ends the screen then ends the process."""
        self.run(mouse=False)
        if self._failure is not None:
            raise self._failure
        if self._signal is not None:
            signal.signal(self._signal, signal.SIG_DFL)
            signal.raise_signal(self._signal)

    def compose(self) -> ComposeResult:
        """One widget, which is given all lines at once."""
        yield self._body

    def on_mount(self) -> None:
        """Begin to measure."""
        loop = asyncio.get_running_loop()
        for number in _ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, self._end_by, number)
        self.set_interval(self._interval_s, self.measure)
        if self._seconds is not None:
            self.set_timer(self._seconds, self.exit)
        self._draw()

    def _end_by(self, number: signal.Signals) -> None:
        self._signal = number
        self.exit()

    def measure(self) -> None:
        """Show the interval that ends now."""
        try:
            found = self._watch.next()
        except LightexitError as error:
            self._failure = error
            self.exit()
            return
        self.state.update(found, self._watch.vms(found), self._advisor.update(found))
        self._draw()

    def on_key(self, event: Key) -> None:
        """Any key but those of Textual's own."""
        event.stop()
        self.state.press(event.key, event.character or "")
        if self.state.wants_end:
            self.exit()
        self._draw()

    def on_resize(self, event: Resize) -> None:
        """Fill the terminal, whatever its size."""
        self.state.width, self.state.height = event.size
        self._draw()

    def _draw(self) -> None:
        self._body.update(Text("\n").join(_styled(self.state.lines())))


def _styled(lines: Iterable[tuple[str, LineLook]]) -> Iterable[Text]:
    return (Text(line, _LOOKS[look], no_wrap=True, overflow="crop") for line, look in lines)
