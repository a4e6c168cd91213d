# SPDX-License-Identifier: Apache-2.0
"""Benchmarks: ratios against the limit, measured in one run."""
