# SPDX-License-Identifier: Apache-2.0
"""The module under Secure Boot, with enforcement on: it loads if the machine's owner signed it."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from kernel import rig
from kernel.apt import Unavailable
from kernel.kernels import Kernel, fetch
from kernel.secure_boot import Key, SecureBoot, make_key

#: A filter that answers inside KVM.
INSIDE = "tests/kernel/inside/test_access.py::test_a_busy_state_passes"
LOCKDOWN = "mount -t securityfs none /sys/kernel/security && cat /sys/kernel/security/lockdown"
ENFORCED = "cat /sys/module/module/parameters/sig_enforce"
REASONS = "dmesg | grep 'is rejected'"
_BOOT_S = 900


def _modules(folder: Path, kernel: Kernel, keys: dict[str, Key | None]) -> list[str]:
    """The module, once signed by each key."""
    made = []
    for name, key in keys.items():
        module = folder / f"{name}.ko"
        shutil.copy(rig.build_module(kernel), module)
        if key:
            key.sign(module, kernel)
        made.append(str(module))
    return made


def _boot(folder: Path, series: str) -> rig.Result:
    kernel, owner = fetch(series), make_key(folder, "owner")
    keys = {"unsigned": None, "stranger": make_key(folder, "stranger"), "owner": owner}
    load = [sys.executable, "-m", "kernel.load", *_modules(folder, kernel, keys)]
    test = [sys.executable, "-m", "pytest", "-q", "--long", "-p", "no:cacheprovider", INSIDE]
    command = "\n".join((ENFORCED, LOCKDOWN, shlex.join(load), REASONS, shlex.join(test)))
    return rig.run(
        rig.environment() + command,
        series=series,
        timeout_s=_BOOT_S,
        append="module.sig_enforce=1",
        start=rig.Start(SecureBoot(folder, owner), with_module=False),
    )


@pytest.mark.long
def test_the_owners_module_loads_and_no_other(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    series = request.config.getoption("--host-kernel")
    if series not in ("6.1", "6.12"):
        pytest.skip(f"Debian has signed no kernel {series}")
    try:
        result = _boot(tmp_path, series)
    except Unavailable as reason:
        pytest.skip(f"no rig: {reason}")
    assert result.status == 0, f"{result.output}\n{result.console}"
    enforced, lockdown, loaded, *_ = result.output.splitlines()
    assert enforced == "Y"
    assert "[integrity]" in lockdown
    assert json.loads(loaded) == {
        "unsigned": "EKEYREJECTED",
        "stranger": "EKEYREJECTED",
        "owner": "",
    }
    assert "Loading of unsigned module is rejected" in result.output
    assert "Loading of module with unavailable key is rejected" in result.output
    reports = [json.loads(line) for line in result.reports.splitlines()]
    assert [report["outcome"] for report in reports] == ["passed"]
