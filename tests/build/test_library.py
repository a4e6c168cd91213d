# SPDX-License-Identifier: Apache-2.0
"""A device that was built, on the bus of liblightexit, by nothing but its header's constants."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from build.built import INCLUDE, WARNINGS, compile_c, write
from lib.native import MISSING, compiler, sources
from lightexit.build.sources import of_device
from lightexit.engine.native.target import object_triple

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

PROGRAM = """
#include <inttypes.h>
#include <stdio.h>
#include <liblightexit.h>
#include "port92.h"

static const struct lightexit_filter filter = PORT92_REGION_0_FILTER;

static uint64_t read_model(void *opaque, uint64_t offset, uint64_t size)
{
    (void)opaque;
    return 0xee + offset + size - 1;
}

static void write_model(void *opaque, uint64_t offset, uint64_t value, uint64_t size)
{
    struct lightexit_port92_state *port = lightexit_state_data(opaque);

    port->control = (uint8_t)(value + offset + size - 1);
}

static int access(struct lightexit_vcpu *vcpu, uint8_t is_write, uint8_t value)
{
    struct lightexit_access access = { .address = PORT92_REGION_0_BASE, .data = &value, .count = 1,
                                       .size = 1, .space = PORT92_REGION_0_SPACE,
                                       .is_write = is_write };

    return lightexit_access(vcpu, &access) ? value : -1;
}

int main(void)
{
    struct lightexit_state_options state_options = {
        .struct_size = sizeof state_options, .version = PORT92_STATE_VERSION, .name = PORT92_NAME,
        .size = PORT92_STATE_SIZE, .fingerprint = PORT92_STATE_FINGERPRINT };
    struct lightexit_region_options options = {
        .struct_size = sizeof options, .space = PORT92_REGION_0_SPACE,
        .base = PORT92_REGION_0_BASE, .size = PORT92_REGION_0_SIZE,
        .offset = PORT92_REGION_0_OFFSET, .register_width = PORT92_REGION_0_REGISTER_WIDTH,
        .state_count = 1, .filter = &filter, .read = read_model, .write = write_model };
    struct lightexit_count count;
    struct lightexit_bus *bus;
    struct lightexit_state *state;
    struct lightexit_region *region;
    struct lightexit_vcpu *vcpu;

    if (lightexit_bus_create(NULL, &bus) || lightexit_state_create(bus, &state_options, &state))
        return 1;
    options.opaque = state;
    options.states = &state;
    if (lightexit_region_add(bus, &options, &region) || lightexit_vcpu_create(bus, 0, &vcpu)) {
        fprintf(stderr, "%s\\n", lightexit_last_error());
        return 2;
    }
    access(vcpu, 1, 2);
    printf("%d ", access(vcpu, 0, 0));
    count = lightexit_region_count(region, PORT92_REG_CONTROL_A, false);
    printf("%" PRIu64 " %" PRIu64 "\\n", count.handled, count.passed);
    lightexit_vcpu_destroy(vcpu);
    lightexit_bus_destroy(bus);
    return 0;
}
"""


def test_a_device_on_the_library_s_bus(tmp_path: Path) -> None:
    found = of_device("port92", None)
    write(found, tmp_path, object_triple(None))
    (tmp_path / "main.c").write_text(PROGRAM)
    (subject,) = found.subjects
    made = [tmp_path / f"{name}.o" for name in ("main", subject.symbol)]
    compile_c(["gcc", "-std=c11", *WARNINGS, *INCLUDE, "-c", tmp_path / "main.c", "-o", made[0]])
    compile_c([*compiler("-pthread"), *sources(), *made, "-o", tmp_path / "main"])
    done = subprocess.run([tmp_path / "main"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "2 1 0\n", "")
