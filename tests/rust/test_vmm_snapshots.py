# SPDX-License-Identifier: Apache-2.0
"""examples/vmm-rust saved and restored under traffic; and the VMM in C restores what it saved."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from rust.vmm import vmm
from vmm_c import built as c
from vmm_c.built import Vmm
from vmm_c.test_snapshots import (
    WELL,
    read,
    saved,
    sign,
    test_filters_and_models_restore_what_the_other_saved,
    test_nothing_is_lost_by_saving_and_restoring,
    test_the_guest_makes_progress_between_two_saves,
    write,
)

__all__ = [
    "saved",
    "test_filters_and_models_restore_what_the_other_saved",
    "test_nothing_is_lost_by_saving_and_restoring",
    "test_the_guest_makes_progress_between_two_saves",
]


pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def built() -> Vmm:
    return vmm()


def test_whatever_a_state_holds_no_model_panics(built: Vmm, saved: Path) -> None:
    """Bytes of a state are others, and its checksum fits: it is refused, or the guest goes on."""
    random, whole = Random(1), read(saved)
    later, names = f"{saved}.later", ("pit", "pm", "uart", "i440fx", "ioapic", "doorbell", "clock")
    for number in range(150):
        items = {name: bytearray(data) for name, data in whole.items()}
        name = names[number % len(names)]
        begin, end = (0, 8) if name == "clock" else (56 + len(name), len(items[name]) - 4)
        for _ in range(random.choice((1, 8, 200))):
            items[name][random.randrange(begin, end)] = random.choice(
                (0, 0xFF, random.randrange(256))
            )
        if name != "clock":
            sign(items[name])
        write(saved, items)
        ended = built.run("--restore", str(saved), "--snapshot", later, "--after", "5", said="q")
        assert ended.status in (0, 1, 2), ended
        assert "panicked" not in ended.errors, (number, name, ended.errors)


def test_the_vmms_in_c_and_rust_restore_what_the_other_saved(built: Vmm, tmp_path: Path) -> None:
    path, guest = str(tmp_path / "vm"), built.guest("traffic")
    first = ("--cpus", "2", "--snapshot", path, "--after", "300", guest)
    assert built.run(*first) == (0, "", "")
    for number in range(20):
        each = (c.vmm(), built)[number % 2]
        after = ("--restore", path, "--snapshot", path, "--after", str(5 + number))
        assert each.run(*after) == (0, "", ""), number
    assert c.vmm().run("--restore", path, said="q") == (0, WELL.format(1), "")
