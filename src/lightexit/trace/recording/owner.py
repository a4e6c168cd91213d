# SPDX-License-Identifier: Apache-2.0
"""Whose files a recorder writes that was started as root and has given up its rights: those of
whoever owns the folder, who may write there without any."""

from __future__ import annotations

import os
from pathlib import Path

from lightexit.errors import HostError


class FolderOwner:
    """Made with rights, it lets the process become the folder's owner without any.

    A process that is not root's, or writes to a folder of root's, stays what it is.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        status = folder.stat()
        self._ids: tuple[int, int] | None = None
        if os.geteuid() != 0 or status.st_uid == 0:
            return
        self._ids = status.st_uid, status.st_gid
        try:
            os.setgroups([])
            os.setresgid(-1, -1, status.st_gid)  # kept for later
            os.setresuid(-1, -1, status.st_uid)
        except OSError as error:
            raise HostError(
                f"this process may not become the owner of {folder}: {error.strerror}",
                expected="a folder of its own to write to",
            ) from None

    def become(self) -> None:
        """For good. Raises HostError where that lets nobody write to the folder."""
        if self._ids is not None:
            uid, gid = self._ids
            os.setresgid(gid, gid, gid)
            os.setresuid(uid, uid, uid)
        if not os.access(self._folder, os.W_OK | os.X_OK):
            raise HostError(
                f"{self._folder}: permission denied once rights are dropped",
                expected="a folder that its owner, or root without capabilities, may write to",
            )
