# SPDX-License-Identifier: Apache-2.0
"""lightexit: guest device-register accesses answered by verified bytecode."""

__version__ = "0.1.0"
