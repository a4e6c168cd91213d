# SPDX-License-Identifier: Apache-2.0
"""What VMMs in C and Rust link and load: objects and headers of filters and devices."""
