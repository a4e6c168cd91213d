# SPDX-License-Identifier: Apache-2.0
"""A virtual machine for each test; tests are skipped, with the reason, where there is no KVM."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lightexit.errors import HostError
from lightexit.vm.kvm.cpu import MakeLoop
from lightexit.vm.kvm.loop import NativeLoop, PythonLoop
from lightexit.vm.kvm.system import Kvm
from lightexit.vm.kvm.vm import KvmVm
from vm.kvm.host import Host


@pytest.fixture
def kvm() -> Iterator[Kvm]:
    try:
        opened = Kvm()
    except HostError as error:
        pytest.skip(error.found)
    with opened:
        yield opened


@pytest.fixture
def host(kvm: Kvm) -> Iterator[Host]:
    with KvmVm(kvm) as vm:
        yield Host(vm)


@pytest.fixture(params=[PythonLoop, NativeLoop], ids=["python", "native"])
def make_loop(request: pytest.FixtureRequest) -> MakeLoop:
    loop: MakeLoop = request.param
    return loop
