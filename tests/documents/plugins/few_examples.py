# SPDX-License-Identifier: Apache-2.0
"""Few examples for the tests that pages show: what is asked is whether their code runs."""

from hypothesis import settings

settings.register_profile("page", max_examples=2, derandomize=True, database=None)
settings.load_profile("page")
