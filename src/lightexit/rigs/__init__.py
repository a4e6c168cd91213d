# SPDX-License-Identifier: Apache-2.0
"""Devices without a machine: on a bus and a clock that is moved by hand, their wires recorded."""
