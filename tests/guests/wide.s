# SPDX-License-Identifier: Apache-2.0
# Long mode: memory-mapped registers of 8 bytes.
    .include "guest.inc"

start:
    long_mode
    movl $PROBE_MEMORY, %esi
    movq (%rsi), %rax
    notq %rax
    movq %rax, 8(%rsi)
    finish
