# SPDX-License-Identifier: Apache-2.0
"""Build a release and check it; `make release`. Publishes nothing.

1. The tree is clean, and CHANGELOG.md, kernel/dkms.conf and debian/changelog have the version.
2. Wheel and sdist are built into dist/ from a checkout of the commit, a second time elsewhere, and
   are equal; `twine check` takes their metadata.
3. The wheel has every file of the package, and installs into an empty environment without
   extras: the example compiles and loads there, and the command names the extra that it needs.
4. The wheel, and one built from the sdist, each install with extras into an empty environment,
   where the command verifies the example and runs a guest.
5. The Debian packages, likewise built twice; their tests run in an empty system (debian.py).
6. The bill of materials is written for all of them (sbom.py).
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

import sbom
from command import Failed, Unavailable, run
from twice import ROOT, check_equal, checkout

import debian

DIST = ROOT / "dist"
VERSION = re.compile(r'^__version__ = "(.+)"$', re.MULTILINE)
EXAMPLE = ROOT / "examples/counter/src/counter/device.py"
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
    first = (ROOT / "debian/changelog").read_text().partition("\n")[0]
    if not first.startswith(f"lightexit ({wanted}) ") or "UNRELEASED" in first:
        found.append(
            f"debian/changelog begins with {first!r}: name {wanted} and a suite, say unstable"
        )
    return found


def built(source: Path, folder: Path, umask: int = 0o022, zone: str = "UTC") -> list[Path]:
    """Wheel and sdist of a checkout, by the locked hatchling."""
    command = (sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, source)
    run(*command, umask=umask, variables={"TZ": zone})
    return sorted(folder.iterdir())


def python_packages() -> tuple[Path, Path]:
    """Wheel and sdist, each built twice."""
    shutil.rmtree(DIST, ignore_errors=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = built(checkout(folder / "lightexit"), DIST)
        elsewhere = checkout(folder / "elsewhere/checkout", age_s=10**8)
        check_equal(first, built(elsewhere, folder / "dist", 0o077, "Asia/Kolkata"))
    print("wheel and sdist: built twice, equal", flush=True)
    run(sys.executable, "-m", "twine", "check", "--strict", *first)
    return next(DIST.glob("*.whl")), next(DIST.glob("*.tar.gz"))


def debian_packages() -> list[str]:
    """Add the Debian packages; why there are none, where there are none."""
    try:
        debian.packages(DIST)
    except Unavailable as reason:
        return [f"dist/ has no Debian packages: {reason}"]
    return []


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
        shutil.copy(EXAMPLE, place / "counter.py")
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
            raise SystemExit(f"{package.name} does not verify counter.py:\n{said}")
        run(command, "run", "--no-filters", "--seconds", "1", cwd=place)
    print(f"{package.name}: installed into an empty environment, verifies and runs", flush=True)


def main() -> None:
    """Build and check; the tree's own state is looked at last where `--dry-run` is given."""
    wanted = version()
    found = problems(wanted)
    if found and "--dry-run" not in sys.argv[1:]:
        raise SystemExit("\n".join(f"not to be released: {each}" for each in found))
    packages = python_packages()
    if lacking := missing(packages[0]):
        raise SystemExit(f"{packages[0].name} lacks: {', '.join(lacking)}")
    check_without_extras(packages[0])
    for package in packages:
        check(package, wanted)
    found += debian_packages()
    print(f"{sbom.write(DIST, wanted).name}: the bill of materials, valid", flush=True)
    print("\n".join(f"not to be released yet: {each}" for each in found))
    print(
        f"next: git tag v{wanted}, push it, then `twine upload dist/*.whl dist/lightexit-*.tar.gz`"
    )


if __name__ == "__main__":
    try:
        main()
    except Failed as failed:
        raise SystemExit(str(failed)) from None
