# SPDX-License-Identifier: Apache-2.0
"""The VMs that a user names, by process or by name."""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence

from lightexit.errors import AuthorError
from lightexit.shown import one_line
from lightexit.trace.vms import Vm, running

#: VMs that an error lists.
_LISTED = 8


def selected(pids: Sequence[int], names: Sequence[str]) -> tuple[int, ...]:
    """The processes of these and of the VMs of these names; none where neither is given.

    Raises AuthorError for a process that is not there, and for a name that no VM has.
    """
    found = dict.fromkeys(pids)
    for pid in pids:
        if not os.path.exists(f"/proc/{pid}/comm"):
            raise AuthorError(f"there is no process {pid}", expected=_expected(running()))
    for name in names:
        vms = running()
        matching = [vm.pid for vm in vms if vm.name == name]
        if not matching:
            raise _unknown(name, vms)
        found |= dict.fromkeys(matching)
    return tuple(found)


def _unknown(name: str, vms: list[Vm]) -> AuthorError:
    close = difflib.get_close_matches(name, [vm.name for vm in vms], n=1)
    return AuthorError(
        f"no VM here is called {one_line(name, 60)!r}",
        expected=_expected(vms),
        hint=f"--vm {one_line(close[0], 60)}" if close else "",
        advice="" if close else "--pid NUMBER takes any process that runs a VM",
    )


def _expected(vms: list[Vm]) -> str:
    if not vms:
        return "a VM that runs: none of a VMM that is known here does"
    shown = [f"{one_line(vm.name, 40)} (process {vm.pid})" for vm in vms[:_LISTED]]
    more = len(vms) - len(shown)
    return f"one of: {', '.join(shown)}{f' and {more} more' if more else ''}"
