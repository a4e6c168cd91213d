# SPDX-License-Identifier: Apache-2.0
"""What is kept of a compilation, and under which keys: all that it depended on."""
