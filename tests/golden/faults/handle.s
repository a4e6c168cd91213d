; SPDX-License-Identifier: Apache-2.0
.map m 24
r1 = map_by_idx(0)
r0 = 0
exit
