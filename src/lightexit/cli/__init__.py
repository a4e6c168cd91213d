# SPDX-License-Identifier: Apache-2.0
"""The `lightexit` command, one file a command.

Whatever goes wrong is said in one message on standard error, with exit status 1 (the user's or
the machine's side) or 2 (the command line, or a bug in lightexit).
"""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of the `lightexit` command."""
    from lightexit.cli.app import app
    from lightexit.errors import LightexitError

    try:
        app()
    except LightexitError as error:
        print(f"lightexit: {error}", file=sys.stderr)
        sys.exit(error.exit_status)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
