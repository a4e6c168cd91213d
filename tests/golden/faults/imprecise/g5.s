; SPDX-License-Identifier: Apache-2.0
; callee's void return: safe, to be accepted
r6 = 0
call f
r0 = 0
exit
f:
*(u64 *)(r10 - 8) = 0
exit
