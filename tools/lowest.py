# SPDX-License-Identifier: Apache-2.0
"""A part of the tests with the lowest version of each dependency that pyproject.toml allows.

    python3 tools/lowest.py       on the lowest Python, too, where this machine has it

Exit status 1 where a test fails: then a lower bound is too low.
"""

from __future__ import annotations

import re
import sys
import tomllib

from pythons import ROOT, TESTS, VERSIONS, outcome, python_of

#: Whose versions change no result of a test.
NOT_NEEDED = ("mypy", "ruff")
#: Besides what may differ between Pythons: all that calls LLVM, Unicorn, z3, typer or rich.
MORE = (
    "tests/bus/test_native.py",
    "tests/cli/test_commands.py",
    "tests/cli/test_report.py",
    "tests/compiler/backend",
    "tests/compiler/lowering",
    "tests/compiler/test_idioms.py",
    "tests/engine/test_native.py",
    "tests/engine/test_agreement.py",
    "tests/laws/test_domains.py",
    "tests/prover/test_bytecode.py",
    "tests/prover/test_integers.py",
    "tests/prover/test_lemmas.py",
    "tests/runtime",
    "tests/vm/test_unicorn.py",
)


def lowest() -> list[str]:
    """`name==version` of all that a user, or a test, needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    used = ("cli", "unicorn", "prove", "testing", "dev")
    ranges = [*project["dependencies"], *(each for extra in used for each in extras[extra])]
    ranges = [each for each in ranges if not each.startswith("lightexit[")]
    pairs = [re.fullmatch(r"([\w-]+)>=([\d.]+),<[\d.]+", each) for each in ranges]
    if not all(pairs):
        raise SystemExit("pyproject.toml: expected ranges of the form name>=1.2,<3")
    return [f"{each[1]}=={each[2]}" for each in pairs if each and each[1] not in NOT_NEEDED]


def main() -> int:
    """Say what was tested, with what."""
    python, needed = python_of(VERSIONS[0]), lowest()
    if python is None:
        print(f"Python {VERSIONS[0]} is not on this machine")
        return 2
    print(f"{python} with {', '.join(needed)} ...", flush=True)
    passed, printed = outcome("lowest", python, needed, (*TESTS, *MORE))
    print(printed)
    return int(not passed)


if __name__ == "__main__":
    sys.exit(main())
