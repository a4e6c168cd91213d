# SPDX-License-Identifier: Apache-2.0
"""Debian's packages, unpacked into a folder and never installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

_TIMEOUT_S = 300
_MIRROR = "http://deb.debian.org/debian"
_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
_UNSTABLE = ("sid", "experimental")


class Unavailable(Exception):  # noqa: N818 - a reason to skip, not a failure
    """Why something cannot be had here."""


@dataclass(frozen=True)
class Apt:
    """apt with the suites that this machine is set up for, or with those of a file of ours."""

    config: Path | None = None

    def names(self, pattern: str) -> list[str]:
        """The packages whose names match."""
        found = self._run("apt-cache", "search", "--names-only", pattern)
        return [line.split(" ")[0] for line in found.splitlines()]

    def depends(self, package: str, pattern: str) -> list[str]:
        """The packages that it depends on, as far as they match."""
        return re.findall(
            rf"Depends: ({pattern})$", self._run("apt-cache", "depends", package), re.M
        )

    def unpack(self, packages: list[str], folder: Path) -> None:
        """Download these packages and unpack them into a folder."""
        with tempfile.TemporaryDirectory(dir=folder) as name:
            self._run("apt-get", "download", *packages, cwd=Path(name))
            _unpack_archives(Path(name), folder)

    def unpack_all(self, packages: list[str], folder: Path) -> None:
        """The same with all that they depend on, for a configuration that has nothing installed."""
        assert self.config
        only = ("--yes", "--download-only", "--no-install-recommends")
        self._run("apt-get", "install", *only, *packages)
        _unpack_archives(self.config.parent / "archives", folder)
        self._run("apt-get", "clean")

    def _run(self, *command: str, cwd: Path | None = None) -> str:
        more = {"APT_CONFIG": str(self.config)} if self.config else {}
        return run(*command, cwd=cwd, variables=more)


def unstable(folder: Path) -> Apt:
    """Debian's unstable suites, with lists and archives in a folder of ours."""
    for name in ("state/lists/partial", "archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    sources, config = folder / "sources.list", folder / "apt.conf"
    lines = [f"deb [signed-by={_KEYS}] {_MIRROR} {suite} main\n" for suite in _UNSTABLE]
    sources.write_text("".join(lines))
    settings = {
        "Dir::State": folder / "state",
        "Dir::State::status": "/dev/null",
        "Dir::Cache": folder,
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "/dev/null",
        "Acquire::Languages": "none",
    }
    config.write_text("".join(f'{name} "{value}";\n' for name, value in settings.items()))
    run("apt-get", "update", variables={"APT_CONFIG": str(config)})
    return Apt(config)


def _unpack_archives(archives: Path, folder: Path) -> None:
    for archive in archives.glob("*.deb"):
        run("dpkg-deb", "-x", str(archive), str(folder))


def run(*command: str, cwd: Path | None = None, variables: dict[str, str] | None = None) -> str:
    """What a command prints. Raises Unavailable."""
    if shutil.which(command[0]) is None:
        raise Unavailable(f"{command[0]} is not on this machine")
    environment = {**os.environ, **(variables or {})}
    try:
        done = subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=_TIMEOUT_S
        )
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"{command[0]} took longer than {_TIMEOUT_S} s") from error
    if done.returncode != 0:
        raise Unavailable(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout
