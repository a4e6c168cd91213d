# SPDX-License-Identifier: Apache-2.0
"""A doorbell with a payload, whose consumer is another process: docs/payload-doorbells.md."""
