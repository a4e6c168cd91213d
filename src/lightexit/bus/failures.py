# SPDX-License-Identifier: Apache-2.0
"""`Failures`: exceptions of models in accesses, carried past native code to the caller."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from lightexit.bus.blame import NamedModel, described


class Failures:
    """A model that raises in a guest's access stops the machine: `on_failure` is called, and
    `raise_pending` raises the first error. In an access of the host, `raised_here` does.
    """

    def __init__(self) -> None:
        #: Called on the thread that met the error, for every error in a guest's access.
        self.on_failure: Callable[[], None] = lambda: None
        self._pending: BaseException | None = None
        #: The thread of a host access in progress, and the errors raised in it.
        self._accessor: int | None = None
        self._raised: BaseException | None = None

    def add(self, model: NamedModel, error: BaseException) -> None:
        """A model, or what its filter asked for, has raised an error on this thread."""
        told = described(model, error)
        if self._accessor == threading.get_ident():
            self._raised = told if self._raised is None else self._raised
            return
        if self._pending is None:
            self._pending = told
        self.on_failure()

    @contextlib.contextmanager
    def raised_here(self) -> Iterator[None]:
        """Around an access of the host: what is added within, on this thread, is raised at the end.

        For one thread at a time; accesses may nest.
        """
        outer, self._accessor = self._accessor, threading.get_ident()
        try:
            yield
        finally:
            self._accessor = outer
            raised, self._raised = self._raised, None
            if raised is not None:
                raise raised

    def raise_pending(self) -> None:
        """Raise the first error in a guest's access since the last call, if there was one."""
        pending = self._pending
        self.forget()
        if pending is not None:
            raise pending

    def forget(self) -> None:
        """Drop what `raise_pending` would raise."""
        self._pending = None
