# SPDX-License-Identifier: Apache-2.0
"""`lightexit top --metrics`: what it says, and in what order things are opened."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pytest

from lightexit.cli.metrics import beside_screen, export
from lightexit.errors import AuthorError, HostError
from monitoring.scripted import Steady


def never() -> Steady:
    raise AssertionError("nothing is opened where nobody can listen")


def test_it_says_where_the_metrics_are(capsys: pytest.CaptureFixture[str]) -> None:
    export("127.0.0.1:0", lambda: Steady(1, 1), for_s=0.05)
    assert re.fullmatch(r"metrics: http://127\.0\.0\.1:\d+/metrics\n", capsys.readouterr().out)


@pytest.mark.parametrize("start", [export, partial(beside_screen, interval_s=1)])
def test_an_address_that_is_none_is_said_before_anything_is_opened(
    start: Callable[[str, Callable[[], Steady]], object],
) -> None:
    with pytest.raises(AuthorError, match="is no address to listen at"):
        start("9100", never)
    with pytest.raises(HostError, match="is no address of this machine"):
        start("192.0.2.1:0", never)


def test_a_screen_reads_counts_that_are_exported() -> None:
    with beside_screen("127.0.0.1:0", lambda: Steady(1, 1), interval_s=1) as source:
        assert len(source.read().accesses) == 1
