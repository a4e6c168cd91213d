# SPDX-License-Identifier: Apache-2.0
"""The screen of `lightexit top`: its keys, and what it does to a real terminal."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.terminals import Tmux, tmux
from counting import EACH, VMS, FakeVms, Scripted
from lightexit.cli.topkeys import _KEYS, _MOVES, _SORTS, Page, TopState
from lightexit.errors import HostError
from lightexit.trace.advice import advise
from lightexit.trace.vms import Vm
from lightexit.trace.watching import VmWatch

pytest.importorskip("textual", reason="textual is not installed (extra top)")

from lightexit.cli.topscreen import TopScreen

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "top.md").read_text("utf-8")
#: As docs/top.md calls them.
DOCUMENTED = VMS | {2: Vm(2, "db", "qemu")}


def state(vms: Mapping[int, Vm] = VMS, **chosen: int) -> TopState:
    """A screen that has seen one interval."""
    watch = VmWatch(Scripted(EACH), FakeVms(vms), [*vms])
    found = watch.next()
    made = TopState(**chosen)  # type: ignore[arg-type]
    made.update(found, watch.vms(found), advise(found, watch.known))
    return made


def press(screen: TopState, *keys: str) -> list[str]:
    """The lines after these keys."""
    for key in keys:
        screen.press(key, key if len(key) == 1 else "")
    return [text for text, _ in screen.lines()]


# What keys do


def test_80_by_24_has_all_that_matters() -> None:
    lines = press(state())
    assert len(lines) == 24
    assert all(len(line) <= 80 and line.isprintable() for line in lines)
    assert lines[0] == "3 VMs  1,510 accesses/s: 200 in KVM, 1,310 in user space"
    assert lines[1] == "each access counted, none lost  by accesses a second"
    title = "VM vCPU register address rw per s in ns each % F"
    assert lines[2].split() == title.split()
    assert lines[3].split() == [
        "web",
        "0",
        "pm",
        "PM_TMR",
        "0x608",
        "r4",
        "1,000",
        "user",
        "5,000",
        "66.2",
        "F",
    ]
    assert lines[-4] == "interrupt inputs/s: web GSI 0 1,000 (100% masked)"
    assert lines[-2] == "advice (press d): hpet-pulses, pm-timer"
    assert lines[-1].startswith("q quit")
    assert lines[-1].rstrip().endswith("h help")


@pytest.mark.parametrize("width", [1, 20, 80, 200])
@pytest.mark.parametrize("height", [1, 2, 5, 24, 60])
@pytest.mark.parametrize("keys", ["", "v", "d", "h", "/"])
def test_any_terminal_is_filled_and_no_more(width: int, height: int, keys: str) -> None:
    lines = press(state(width=width, height=height), *(["slash"] if keys == "/" else keys))
    assert len(lines) == height
    assert max(map(len, lines)) <= max(width, 3)


@pytest.mark.parametrize(
    ("keys", "first"),
    [
        ("s", "pm PM_TMR"),
        ("t", "(memory)"),
        ("n", "hpet COUNTER"),
        ("a", "pm PM_TMR"),
        ("m", "hpet COUNTER"),
        ("sr", "(memory)"),
        ("trt", "(memory)"),
    ],
)
def test_rows_are_sorted_by_keys(keys: str, first: str) -> None:
    assert first in press(state(), *keys)[3]


def test_typing_leaves_the_rows_that_have_the_words() -> None:
    screen = state()
    lines = press(screen, "slash", "h", "p", "e", "t", "q")
    assert lines[-1].startswith("filter: hpetq_")
    assert lines[3] == ""
    lines = press(screen, "backspace")
    assert "hpet COUNTER" in lines[3]
    assert lines[4] == ""
    lines = press(screen, "enter")
    assert "with 'hpet'" in lines[1]
    assert lines[-1].startswith("q quit")
    assert "with" not in press(screen, "escape")[1]
    assert press(screen, "slash", "x", "escape")[1] == press(state())[1]


def test_a_pause_holds_the_figures() -> None:
    screen = state()
    before = press(screen, "space")
    assert before[1].startswith("PAUSED")
    screen.update(state(height=3).rates, (), ())
    assert press(screen) == before
    assert not press(screen, "space")[1].startswith("PAUSED")


def test_a_vm_is_chosen_from_the_list() -> None:
    screen = state()
    lines = press(screen, "v")
    assert lines[2:6] == [
        "> all VMs",
        "  web                      qemu             process 1       1,010 accesses/s",
        r"  evil\x1b[2J\x1b]0;own... qemu             process 2       500 accesses/s",
        "  idle                     firecracker      process 3       0 accesses/s",
    ]
    lines = press(screen, "down", "down", "enter")
    assert r"VM evil\x1b[2J" in lines[1]
    assert lines[2].split()[0] == "vCPU"
    assert "hpet COUNTER" in lines[3]
    assert "GSI" not in "".join(lines)
    assert "EOI w 50" in "".join(lines)
    assert "VM" not in press(screen, "escape")[1]
    assert screen.view.vm is None
    press(screen, "v", *["down"] * 9, "enter")
    assert screen.view.vm == 3
    press(screen, "v", "enter")
    assert screen.view.vm is None


def test_many_vms_are_scrolled_through() -> None:
    screen = state(height=6)
    lines = press(screen, "v", "down", "down", "down")
    assert lines[2:5] == [line for line in lines[2:5] if line]
    assert lines[4].startswith("> idle")


def test_rows_are_scrolled() -> None:
    screen = state(height=9)
    assert "pm PM_TMR" in press(screen)[3]
    assert "hpet COUNTER" in press(screen, "down")[3]
    assert "(memory)" in press(screen, "pagedown", "pagedown")[-5]
    assert "pm PM_TMR" in press(screen, "home", "up")[3]


def test_vcpus_are_shown_together() -> None:
    assert all("TIME_STAMP" not in line or " 1 " in line for line in press(state()))
    assert press(state(), "c")[3].split()[1] == "0"


def test_advice_is_a_page() -> None:
    screen = state()
    text = " ".join(press(screen, "d"))
    assert "web (process 1): A timer pulses an interrupt input" in text
    assert "More: lightexit advice hpet-pulses" in text
    assert "advice (press d)" in " ".join(press(screen, "d"))
    screen.advice = ()
    assert "There is no advice." in press(screen, "d")


def test_help_has_every_key_of_the_footer() -> None:
    lines = press(state(height=40), "h")
    for key in ("q", "space", "/", "v", "r", "c", "d"):
        assert any(re.match(rf"  {re.escape(key)}\s", line) for line in lines), key


def test_the_page_shows_the_screen_and_every_key() -> None:
    lines = press(state(DOCUMENTED, height=14))
    screen = "\n".join(line.rstrip() for line in lines)
    assert f"```text\n{screen.rstrip()}\n```\n" in PAGE
    keys = re.findall(r"^\| `(.+?)` \|", PAGE.split("## Keys")[1].split("\n## ")[0], re.MULTILINE)
    told = {each for line in keys for each in line.split("` `")}
    named = {"slash": "/", "question_mark": "?", "escape": "Escape", "enter": "Enter"}
    moves = {"down": "Down", "up": "Up", "pagedown": "Page Down", "pageup": "Page Up"}
    known = named | moves | {"home": "Home"}
    assert told == {known.get(key, key) for key in (*_KEYS, *_SORTS, *_MOVES)}


def test_keys_that_mean_nothing_do_nothing() -> None:
    screen = state()
    before = press(screen)
    assert press(screen, "f12", "ctrl+x", "z", "é", "enter") == before
    assert not screen.wants_end
    press(screen, "q")
    assert screen.wants_end


def test_what_a_filter_saves_is_said_with_its_basis() -> None:
    from lightexit.abi import Space
    from lightexit.cli.topsavings import Savings

    screen = state()
    screen.savings = Savings({Space.PIO: 1500.0})
    lines = press(screen)
    assert lines[2].endswith("~saves")
    assert lines[3].endswith(" 3.5")
    assert "~saves: an estimate, ms/s: per s x (ns each - 1,500 port: by bench host)" in lines


# Textual


def piloted(
    act: Callable[[TopScreen], list[str]], source: Scripted, seconds: float | None = None
) -> TopScreen:
    screen = TopScreen(VmWatch(source, FakeVms(), (1, 2)), 3600, seconds)

    async def run() -> None:
        async with screen.run_test(size=(80, 24)) as pilot:
            for key in act(screen):
                await pilot.press(key)
            await pilot.pause()

    asyncio.run(run())
    return screen


def test_textual_shows_the_lines_and_hands_keys_over() -> None:
    shown: list[str] = []

    def act(screen: TopScreen) -> list[str]:
        assert screen.state.lines()[0][0] == "lightexit top: measuring"
        screen.measure()
        shown.append(str(screen._body.render()))
        return ["slash", "h", "p", "e", "t", "enter", "v"]

    screen = piloted(act, Scripted(EACH))
    assert "web" in shown[0]
    assert "\x1b" not in shown[0]
    assert screen.state.view.words == "hpet"
    assert screen.state.page is Page.VMS
    assert (screen.state.width, screen.state.height) == (80, 24)


def test_the_screen_ends_after_its_time() -> None:
    screen = TopScreen(VmWatch(Scripted(EACH), FakeVms(), (1, 2)), 3600, 0.1)
    asyncio.run(asyncio.wait_for(screen.run_async(headless=True), 60))


def test_a_source_that_fails_ends_the_screen_with_its_error() -> None:
    source = Scripted(EACH)
    source.fails_at = 1

    def act(screen: TopScreen) -> list[str]:
        screen.measure()
        return []

    screen = piloted(act, source)
    assert isinstance(screen._failure, HostError)


# A real terminal


@contextmanager
def shown(*words: str) -> Iterator[tuple[Tmux, int]]:
    """A terminal of 80 by 24 in which `lightexit top` runs."""
    path = f"PYTHONPATH={ROOT / 'src'}:{ROOT / 'tests'}"
    with tmux() as terminal:
        import sys

        process = terminal.start("env", path, sys.executable, "-m", "counting", "top", *words)
        yield terminal, process


def test_a_real_terminal_is_filled_and_comes_back_as_it_was(tmp_path: Path) -> None:
    with tmux() as before:
        plain = before.state()
    with shown("--interval", "0.2") as (terminal, _):
        terminal.wait_for(lambda: "pm PM_TMR" in terminal("capture-pane", "-p"))
        lines = terminal("capture-pane", "-p").splitlines()
        assert lines[0] == "3 VMs  1,510 accesses/s: 200 in KVM, 1,310 in user space"
        assert lines[3].split()[:4] == ["web", "0", "pm", "PM_TMR"]
        assert r"evil\x1" in lines[4]
        assert lines[23].startswith("q quit")
        assert terminal("display-message", "-p", "#{pane_title}").strip() != "owned"
        check_it_does_not_flicker(terminal, tmp_path / "sent")
        terminal("send-keys", "/", "hpet", "Enter")
        terminal.wait_for(lambda: "with 'hpet'" in terminal("capture-pane", "-p"))
        assert "PM_TMR" not in terminal("capture-pane", "-p")
        terminal("send-keys", "q")
        assert "status 0" in terminal.finish()
        assert terminal.state() == plain


def check_it_does_not_flicker(terminal: Tmux, sent: Path) -> None:
    """An interval is drawn over the last one: nothing is cleared first."""
    terminal("pipe-pane", "-o", f"cat >{sent}")
    terminal.wait_for(lambda: sent.exists() and sent.read_bytes().count(b"PM_TMR") >= 2)
    terminal("pipe-pane")
    assert not re.search(rb"\x1b\[[0-3]?[JK]|\x1b\[\?1049|\x1bc", sent.read_bytes())


@pytest.mark.parametrize(
    ("keys", "number", "status"),
    [("C-c", None, 0), ("", signal.SIGTERM, 128 + signal.SIGTERM)],
)
def test_whatever_ends_it_the_terminal_comes_back(
    keys: str, number: signal.Signals | None, status: int
) -> None:
    with shown() as (terminal, process):
        terminal.wait_for(lambda: "q quit" in terminal("capture-pane", "-p"))
        if number is None:
            terminal("send-keys", keys)
        else:
            os.kill(process, number)
        assert f"status {status}\n" in terminal.finish()
        assert terminal.state()["alternate_on"] == "0"
        assert terminal.state()["cursor_flag"] == "1"
