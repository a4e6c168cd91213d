# SPDX-License-Identifier: Apache-2.0
"""The exit statuses of `lightexit`, as docs/cli.md lists them."""

from __future__ import annotations

import signal
from enum import IntEnum

from lightexit.errors import InternalError, LightexitError


class ExitCode(IntEnum):
    """What the process ends with, but for signals (128 + number) and for what a guest chose.

    A guest's own status (`run --exit-status`) is always odd: 1 is the only odd one here, and `run`
    never ends with it.
    """

    DONE = 0
    #: `verify`: at least one filter does not compile or is refused.
    REFUSED = 1
    #: `prove`: at least one filter is refuted, or does not compile.
    REFUTED = 1
    #: `replay`: an access differs.
    DIFFERS = 1
    #: `check`: a law is broken.
    BROKEN = 1
    #: An error of the command line, a file, this machine or the guest.
    ERROR = LightexitError.exit_status
    #: `run --exit-status`: the guest ended without a status.
    NO_GUEST_STATUS = 4
    #: `prove`: none is refuted, and not all are proved.
    NOT_PROVED = 6
    #: A bug in lightexit.
    BUG = InternalError.exit_status
    #: `run --exit-status`: ended by SIGINT, SIGTERM or SIGHUP.
    ENDED_BY_SIGNAL = 128 + signal.SIGINT
