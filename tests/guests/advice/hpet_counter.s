# SPDX-License-Identifier: Apache-2.0
# 32-bit: starts the HPET, then reads its counter for ever.
    .include "guest.inc"

    .set HPET, 0xFED00000

start:
    protected_mode
    movl $1, HPET + 0x10
again:
    movl HPET + 0xF0, %eax
    jmp again
