# SPDX-License-Identifier: Apache-2.0
"""The Debian packages: built twice by dpkg-buildpackage, compared, and tested where all is empty.

    python tools/debian.py FOLDER      the packages of the commit that is checked out, into FOLDER

Needs root and debootstrap; all else is in systems of its own (tools/chroot.py).
"""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from chroot import Chroot, system, unpack
from command import Unavailable
from twice import ROOT, check_equal, checkout

_TOOLS = ("build-essential", "lintian", "autopkgtest", "faketime")
#: What must be the same; .buildinfo and .changes say when and where it was built.
_SAME = re.compile(r".*\.(deb|dsc|tar\.xz)")
#: Of a test, in autopkgtest's summary.
_RESULT = re.compile(r"\S+ +(PASS|FAIL|SKIP)")
_CHANGES = "lightexit_*.changes"


@dataclass(frozen=True)
class Way:
    """Where a build is done, and what a shell says before; the last folder is in the tarball."""

    place: str
    before: str = ""


WAYS = (
    Way("build/lightexit"),
    Way("srv/elsewhere/lightexit", "umask 077; export TZ=Asia/Kolkata; faketime '+400 days' "),
)


def build_depends() -> list[str]:
    """The packages that a build asks for, without their versions."""
    field = re.search(r"^Build-Depends: (.+(?:\n .+)*)", _control(), re.MULTILINE)
    assert field
    return [each.split()[0] for each in field[1].split(",")]


def _control() -> str:
    return (ROOT / "debian/control").read_text("utf-8")


def build(builder: Chroot, way: Way) -> Path:
    """Build it one way; the folder that has the packages."""
    source = checkout(builder.root / way.place)
    command = f"cd /{way.place} && {way.before}nice dpkg-buildpackage --no-sign"
    builder.run("sh", "-c", command)
    return source.parent


def made(folder: Path) -> list[Path]:
    """What a build has to make in the same bytes each time."""
    return sorted(file for file in folder.iterdir() if _SAME.fullmatch(file.name))


def lint(builder: Chroot, folder: Path) -> None:
    """Look for what Debian's policy does not allow; warnings count."""
    changes = next(folder.glob(_CHANGES)).relative_to(builder.root)
    builder.run("lintian", "--allow-root", "--fail-on", "error,warning", f"/{changes}")


def test(builder: Chroot, folder: Path) -> str:
    """Install the packages in an empty system and run debian/tests there; the summary."""
    unpack(builder.root / "empty")
    tests = f"nice autopkgtest --apt-upgrade {_CHANGES} -- chroot /empty"
    place = folder.relative_to(builder.root)
    said = builder.run("sh", "-c", f"mount -t proc proc /empty/proc && cd /{place} && {tests}")
    summary = said.partition("@ summary\n")[2]
    return "".join(f"  {line}\n" for line in summary.splitlines() if _RESULT.match(line))


def packages(into: Path) -> None:
    """Build, compare, check and test them; then they are in the folder. Raises Unavailable."""
    with system(*_TOOLS, *build_depends()) as builder:
        first, second = (build(builder, way) for way in WAYS)
        check_equal(made(first), made(second))
        print(f"{len(made(first))} files of the Debian packages: built twice, equal", flush=True)
        lint(builder, first)
        print(f"lintian has no warning; in an empty system:\n{test(builder, first)}", end="")
        into.mkdir(parents=True, exist_ok=True)
        for file in (*made(first), *first.glob("*.buildinfo"), *first.glob("*.changes")):
            shutil.copy(file, into)


if __name__ == "__main__":
    try:
        packages(Path(sys.argv[1]))
    except Unavailable as reason:
        sys.exit(f"no Debian packages: {reason}")
