# SPDX-License-Identifier: Apache-2.0
"""Filters of rising difficulty: counter, doorbell, claim. doorbell.c is the second one in C."""
