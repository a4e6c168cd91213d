# SPDX-License-Identifier: Apache-2.0
"""The proof that a program is safe, and what the proof learned."""
