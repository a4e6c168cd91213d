# SPDX-License-Identifier: Apache-2.0
"""Guests that print, for tests of consoles; and a real terminal to see what they do to one."""

from __future__ import annotations

import contextlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

#: What a full-screen program leaves switched, and what memtest86+ does: no cursor.
SWITCHES = (
    b"\x1b[?1049h\x1b[2J\x1b[?25l\x1b[31;44;7m\x1b(0\x0e\x1b[3;7r\x1b[?6h\x1b[?7l\x1b[4h"
    b"\x1b[?1h\x1b=\x1b[?1000h\x1b[?1006h\x1b]0;an unfinished title"
)
#: For what takes a second or two on an idle machine.
PATIENCE_S = 120
FOREVER = bytes.fromhex("ebfe")  # jmp $
#: Modes of a terminal, by tmux's names.
FLAGS = (
    *("alternate_on", "cursor_flag", "insert_flag", "keypad_cursor_flag", "keypad_flag"),
    *("mouse_any_flag", "mouse_sgr_flag", "origin_flag", "wrap_flag"),
    *("scroll_region_upper", "scroll_region_lower"),
)


def debugcon(text: bytes, then: str = "66baf400 30c0 ee fa f4") -> bytes:
    """A flat kernel that prints `text` on port 0x402; by default it then ends the run with 1."""
    rest = bytes.fromhex(then)
    start = (0x10_0000 + 16 + len(rest)).to_bytes(4, "little")
    count = len(text).to_bytes(4, "little")
    # mov esi, text; mov ecx, len(text); mov dx, 0x402; rep outsb
    code = b"\xbe" + start + b"\xb9" + count + bytes.fromhex("66ba0204 f36e")
    return code + rest + text


class Tmux:
    """A terminal of 80 by 24 with a shell in it, and what it says of its own state."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._runs = folder, 0
        self._tmux = ["tmux", "-S", str(folder / "tmux"), "-f", "/dev/null"]
        self("new-session", "-d", "-x", "80", "-y", "24", "PS1=READY\\  exec sh")

    def __call__(self, *words: str) -> str:
        result = subprocess.run([*self._tmux, *words], capture_output=True, text=True, check=True)
        return result.stdout

    def run(self, *words: str) -> str:
        """Type a command and wait for its end; the lines on the screen, with their colours."""
        self.start(*words)
        return self.finish()

    def start(self, *words: str) -> int:
        """Type a command; the number of its process."""
        self._runs += 1
        told = self._folder / f"process{self._runs}"
        begin = ["sh", "-c", f'echo $$ >{told}.part; mv {told}.part {told}; exec "$@"', "sh"]
        after = f"echo status $?; stty -a | md5sum; echo end $((0 + {self._runs}))"
        self("send-keys", f"{shlex.join([*begin, *words])}; {after}", "Enter")
        self.wait_for(told.exists)
        return int(told.read_text())

    def finish(self) -> str:
        """Wait for the end of what was started; the lines on the screen, with their colours."""
        self.wait_for(lambda: f"\nend {self._runs}\n" in self._screen())
        return self._screen()

    def _screen(self) -> str:
        return self("capture-pane", "-p", "-e")

    def wait_for(self, happened: Callable[[], bool]) -> None:
        """Look again and again."""
        end = time.monotonic() + PATIENCE_S
        while not happened():
            assert time.monotonic() < end, self._screen()
            time.sleep(0.02)

    def state(self) -> dict[str, str]:
        """What it says of `FLAGS`."""
        told = self("display-message", "-p", " ".join(f"#{{{flag}}}" for flag in FLAGS))
        return dict(zip(FLAGS, told.split(), strict=True))

    def switched(self, before: dict[str, str]) -> set[str]:
        """The flags that are not as they were."""
        return {flag for flag, value in self.state().items() if before[flag] != value}

    def close(self) -> None:
        """End it."""
        self("kill-server")


@contextlib.contextmanager
def tmux() -> Iterator[Tmux]:
    """A terminal; the test is skipped where there is no tmux."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    with tempfile.TemporaryDirectory() as folder:
        terminal = Tmux(Path(folder))
        try:
            yield terminal
        finally:
            terminal.close()


def command(*words: str | Path) -> list[str]:
    """`lightexit`, as a command line."""
    return [sys.executable, "-m", "lightexit", *map(str, words)]
