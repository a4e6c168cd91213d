# SPDX-License-Identifier: Apache-2.0
"""What is known while one function is typed, and how errors say what to write instead."""
