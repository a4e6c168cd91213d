# SPDX-License-Identifier: Apache-2.0
# Real mode: reads the MSR of the platform's information for ever.
    .include "guest.inc"

    .set MSR_PLATFORM_INFO, 0xCE

start:
    real_mode
    movl $MSR_PLATFORM_INFO, %ecx
again:
    rdmsr
    jmp again
