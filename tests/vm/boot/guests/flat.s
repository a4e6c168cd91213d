# SPDX-License-Identifier: Apache-2.0
# A flat binary: entered at its first byte, in flat 32-bit segments, with a stack.
    .include "serial.inc"
    .code32
    open_serial
    call print
    .asciz "flat"
print:
    popl %esi
again:
    lodsb
    testb %al, %al
    jz done
    put_char
    jmp again
done:
    finish 0x10
