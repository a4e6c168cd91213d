# SPDX-License-Identifier: Apache-2.0
"""Replay: recorded accesses through devices, with and without their filters, and what differs."""
