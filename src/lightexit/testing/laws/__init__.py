# SPDX-License-Identifier: Apache-2.0
"""What holds of every device: a file for each kind of law."""
