# SPDX-License-Identifier: Apache-2.0
"""Proofs that a filter's bytecode does what its Python source says, for every input.

The author's function runs on symbolic integers, path by path; under each of its paths the bytecode
runs on the same. What both leave behind is compared by z3.
"""
