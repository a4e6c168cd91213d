# SPDX-License-Identifier: Apache-2.0
"""The `lightexit` command, one file a command.

Whatever goes wrong is said in one message on standard error. `status.py` has the exit statuses.
"""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lightexit.errors import LightexitError

_REPORT = "this is a bug in lightexit; please report it with what stands above"


def main() -> None:
    """Entry point of the `lightexit` command."""
    from lightexit.cli.streams import clean

    clean()
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # As any program ends; `run` has something to do first.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(_flushed(_status()))


def _status() -> int:
    """Run the command; its exit status. A guest's is odd, so that of no error may be."""
    from lightexit.errors import InternalError, LightexitError
    from lightexit.extras import optional

    try:
        with optional("the command line"):
            from lightexit.cli.app import NAME, app

            app(prog_name=NAME)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except LightexitError as error:
        return _say(error)
    except Exception as error:
        import traceback

        traceback.print_exc()
        return _say(InternalError(f"{type(error).__name__}: {error}", advice=_REPORT))
    return 0


def _flushed(status: int) -> int:
    from lightexit.errors import LightexitError

    try:
        sys.stdout.flush()
    except LightexitError as error:
        return _say(error)
    return status


def _say(error: LightexitError) -> int:
    print(f"lightexit: {error}", file=sys.stderr)
    return error.exit_status
