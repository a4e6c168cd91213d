# SPDX-License-Identifier: Apache-2.0
"""The KVM of this host: whether there is one, and what it is called beside a figure."""

from __future__ import annotations

from lightexit.errors import HostError
from lightexit.measure.host import host_facts
from lightexit.vm.kvm.system import Kvm


def no_kvm() -> str:
    """Why there are no guests; "" where there are."""
    try:
        Kvm().close()
    except HostError as error:
        return str(error)
    return ""


def kvm_name() -> str:
    """Figures of a KVM that is not on a CPU's own VMX or SVM say so."""
    return "emulated KVM" if host_facts().virtualization.is_emulated else "KVM"
