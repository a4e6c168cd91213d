# SPDX-License-Identifier: Apache-2.0
"""What the KVM of this host is called beside a figure: `kvm_name`."""

from __future__ import annotations

from lightexit.measure.host import host_facts


def kvm_name() -> str:
    """Figures of a KVM that is not on a CPU's own VMX or SVM say so."""
    return "emulated KVM" if host_facts().virtualization.is_emulated else "KVM"
