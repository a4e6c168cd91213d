; SPDX-License-Identifier: Apache-2.0
; loop counter kept in ctx.data, a call with a join inside: safe, to be accepted
r6 = r1
*(u64 *)(r6 + 8) = 0
loop:
r1 = *(u64 *)(r6 + 0)
call f
r7 = *(u64 *)(r6 + 8)
r7 += 1
*(u64 *)(r6 + 8) = r7
if r7 < 5 goto loop
r0 = 0
exit
f:
r0 = 1
if r1 > 7 goto j
r0 = 2
j:
r0 += 1
exit
