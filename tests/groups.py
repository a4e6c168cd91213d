# SPDX-License-Identifier: Apache-2.0
"""Which tests one process runs, where `make test` starts several: those of a file, as a rule.

A scheduler of our own: with pytest 9.2, pytest-xdist 3.8 no longer heeds its mark `xdist_group`
(pytest-dev/pytest-xdist#1386), and says nothing.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

#: Folders of tests that share a boot or a build, or measure time, each in one process.
_TOGETHER = ("tests/kernel/", "tests/site/", "tests/vm/kvm/", "tests/vmm_c/", "tests/rust/")
#: Files of many long tests that need nothing of each other.
_APART = ("tests/compiler/test_agreement.py", "tests/documents/test_pages.py", "tests/laws/")


def group(nodeid: str) -> str:
    """The name of a test's group."""
    if nodeid.startswith(_APART):
        return nodeid
    file = nodeid.partition("::")[0]
    return next((folder for folder in _TOGETHER if file.startswith(folder)), file)


class Scheduler(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Gives a group to one process; groups of many tests first."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)
