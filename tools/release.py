# SPDX-License-Identifier: Apache-2.0
"""Build a release and check it; `make release`. Publishes nothing.

1. The tree is clean, and CHANGELOG.md and kernel/dkms.conf have the version.
2. Wheel and sdist are built into dist/, and `twine check` takes their metadata.
3. The wheel has every file of the package, and installs into an empty environment without
   extras: the example compiles and loads there, and the command names the extra that it needs.
4. The wheel, and one built from the sdist, each install with extras into an empty environment,
   where the command verifies the example and runs a guest.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
VERSION = re.compile(r'^__version__ = "(.+)"$', re.MULTILINE)
EXAMPLE = ROOT / "examples" / "counter.py"
#: What a program does with the package alone.
WITHOUT_EXTRAS = """
from counter import read_counter
from lightexit.engine.native import NativeEngine
assert read_counter.report.accepted
read_counter.load(NativeEngine())
"""


def version() -> str:
    """The version: `src/lightexit/__init__.py` has it, all else reads it there."""
    found = VERSION.search((ROOT / "src/lightexit/__init__.py").read_text())
    if found is None:
        raise SystemExit("src/lightexit/__init__.py has no __version__")
    return found[1]


def problems(wanted: str) -> list[str]:
    """What keeps this tree from being released."""
    changes = run("git", "status", "--porcelain", cwd=ROOT)
    found = [f"the tree has changes:\n{changes.rstrip()}"] if changes else []
    if f"## [{wanted}]" not in (ROOT / "CHANGELOG.md").read_text():
        found.append(f"CHANGELOG.md has no section [{wanted}]: rename [Unreleased], with the date")
    if f'PACKAGE_VERSION="{wanted}"' not in (ROOT / "kernel/dkms.conf").read_text():
        found.append(f"kernel/dkms.conf has another PACKAGE_VERSION than {wanted}")
    return found


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a command; its output. Ends with what it printed where it fails."""
    ended = subprocess.run(
        command, cwd=cwd, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if ended.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{ended.stdout}")
    return ended.stdout


def built() -> tuple[Path, Path]:
    """Wheel and sdist."""
    shutil.rmtree(DIST, ignore_errors=True)
    run(sys.executable, "-m", "build", "--outdir", DIST, ROOT)
    run(sys.executable, "-m", "twine", "check", "--strict", *DIST.iterdir())
    return next(DIST.glob("*.whl")), next(DIST.glob("*.tar.gz"))


def missing(wheel: Path) -> list[str]:
    """Files of the package that the wheel lacks."""
    files = run("git", "ls-files", "lightexit", cwd=ROOT / "src").split()
    return sorted(set(files) - set(ZipFile(wheel).namelist()))


@contextmanager
def environment(requirement: str) -> Iterator[Path]:
    """A folder away from this tree: the example, and `env/` with nothing else installed."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        run(sys.executable, "-m", "venv", place / "env")
        run(place / "env/bin/pip", "install", "-q", requirement)
        shutil.copy(EXAMPLE, place)
        yield place


def check_without_extras(wheel: Path) -> None:
    """A filter compiles, is verified and loads; the command says what is missing."""
    with environment(f"lightexit @ {wheel.as_uri()}") as place:
        run(place / "env/bin/python", "-c", WITHOUT_EXTRAS, cwd=place)
        ended = subprocess.run(
            [place / "env/bin/lightexit", "--help"], capture_output=True, text=True, check=False
        )
        if ended.returncode != 2 or "pip install 'lightexit[cli]'" not in ended.stderr:
            raise SystemExit(f"without extras, the command says:\n{ended.stderr}")
    print(f"{wheel.name}: without extras it compiles, verifies and loads a filter", flush=True)


def check(package: Path, wanted: str) -> None:
    """Install it where nothing else is, and use it."""
    with environment(f"lightexit[all] @ {package.as_uri()}") as place:
        command = place / "env/bin/lightexit"
        version_said = "import lightexit; print(lightexit.__version__)"
        said = run(place / "env/bin/python", "-c", version_said)
        if said.strip() != wanted:
            raise SystemExit(f"{package.name} says that it is version {said.strip()}")
        said = run(command, "verify", "counter.py", cwd=place)
        if "read_counter: accepted" not in said:
            raise SystemExit(f"{package.name} does not verify examples/counter.py:\n{said}")
        run(command, "run", "--no-filters", "--seconds", "1", cwd=place)
    print(f"{package.name}: installed into an empty environment, verifies and runs", flush=True)


def main() -> None:
    """Build and check; the tree's own state is looked at last where `--dry-run` is given."""
    wanted = version()
    found = problems(wanted)
    if found and "--dry-run" not in sys.argv[1:]:
        raise SystemExit("\n".join(f"not to be released: {each}" for each in found))
    packages = built()
    if lacking := missing(packages[0]):
        raise SystemExit(f"{packages[0].name} lacks: {', '.join(lacking)}")
    check_without_extras(packages[0])
    for package in packages:
        check(package, wanted)
    print("\n".join(f"not to be released yet: {each}" for each in found))
    print(f"next: git tag v{wanted}, push it, then `twine upload dist/*`")


if __name__ == "__main__":
    main()
