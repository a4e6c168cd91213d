# SPDX-License-Identifier: Apache-2.0
"""CPU back ends and the machine around them."""
