# SPDX-License-Identifier: Apache-2.0
"""What conftest.py does with the whole suite."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = ("tests/abi/test_types.py", "tests/build/test_names.py", "tests/isa/test_decode.py")


@pytest.mark.long
def test_one_process_runs_a_file() -> None:
    """Else each of `make test`'s builds what the tests of a file share."""
    pytest.importorskip("xdist", reason="pytest-xdist is not installed")
    options = ("-n", "2", "--dist", "loadgroup", "-v", "-p", "no:cacheprovider")
    command = [sys.executable, "-m", "pytest", *options, *FILES]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    who = set(re.findall(r"^\[(gw\d)\] .* PASSED (\S+?)::", run.stdout, re.M))
    assert sorted(file for _, file in who) == sorted(FILES)
    assert {name for name, _ in who} == {"gw0", "gw1"}


def test_what_is_compiled_is_kept() -> None:
    assert not sys.dont_write_bytecode
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ
