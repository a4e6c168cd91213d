# SPDX-License-Identifier: Apache-2.0
# Real mode: nothing to do. HLT waits in the kernel.
    .include "guest.inc"

start:
    real_mode
    finish
