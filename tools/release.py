# SPDX-License-Identifier: Apache-2.0
"""Build a release and check it; `make release`. Publishes nothing.

1. The tree is clean, and CHANGELOG.md and kernel/dkms.conf have the version.
2. Wheel and sdist are built into dist/, and `twine check` takes their metadata.
3. The wheel, and one built from the sdist, each install into an empty environment, where
   the command verifies an example and runs a guest.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
VERSION = re.compile(r'^__version__ = "(.+)"$', re.MULTILINE)
EXAMPLE = ROOT / "examples" / "counter.py"


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


def check(package: Path, wanted: str) -> None:
    """Install it where nothing else is, away from this tree, and use it."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        run(sys.executable, "-m", "venv", place / "env")
        binaries = place / "env" / "bin"
        run(binaries / "pip", "install", "-q", f"lightexit[all] @ {package.as_uri()}")
        shutil.copy(EXAMPLE, place)
        said = run(binaries / "python", "-c", "import lightexit; print(lightexit.__version__)")
        if said.strip() != wanted:
            raise SystemExit(f"{package.name} says that it is version {said.strip()}")
        said = run(binaries / "lightexit", "verify", "counter.py", cwd=place)
        if "read_counter: accepted" not in said:
            raise SystemExit(f"{package.name} does not verify examples/counter.py:\n{said}")
        run(binaries / "lightexit", "run", "--no-filters", "--seconds", "1", cwd=place)
    print(f"{package.name}: installed into an empty environment, verifies and runs", flush=True)


def main() -> None:
    """Build and check; the tree's own state is looked at last where `--dry-run` is given."""
    wanted = version()
    found = problems(wanted)
    if found and "--dry-run" not in sys.argv[1:]:
        raise SystemExit("\n".join(f"not to be released: {each}" for each in found))
    for package in built():
        check(package, wanted)
    print("\n".join(f"not to be released yet: {each}" for each in found))
    print(f"next: git tag v{wanted}, push it, then `twine upload dist/*`")


if __name__ == "__main__":
    main()
