# SPDX-License-Identifier: Apache-2.0
"""A machine's condition as a file: devices, clock, vCPUs and memory, and back."""
