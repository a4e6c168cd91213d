# SPDX-License-Identifier: Apache-2.0
"""`python -m lightexit`."""

from lightexit.cli import main

main()
