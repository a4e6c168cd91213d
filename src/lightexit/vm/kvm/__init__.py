# SPDX-License-Identifier: Apache-2.0
"""Guests on the host's own CPUs, through Linux's /dev/kvm.

From below: `ioctl` (requests and errors), `structs` (the kernel's layouts), `system` and `vm`
and `vcpu` (the three kinds of file descriptor), `interrupts`, `start` (CPU start states),
`exits` (what made KVM_RUN return), `loop` (the run loops). Importing any of it needs no Linux;
opening /dev/kvm does.
"""
