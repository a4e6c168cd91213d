# SPDX-License-Identifier: Apache-2.0
"""`lightexit build --rust`: its modules compile as they are, and say what Python has."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from build.built import device_names, every_device
from build.test_structs import Inner, Numbers
from lightexit import AuthorError, IoContext, Struct, Verdict, io_filter, u8, u32
from lightexit.build.built_filter import BuiltFilter, structs_of
from lightexit.build.outputs import check, outputs
from lightexit.build.rust_structs import rust_struct
from lightexit.build.sources import Sources
from lightexit.engine.native.target import object_triple
from rust.cargo import BINDINGS, MISSING, environment, passed

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)


class Wording(Struct):
    """Names that are words of Rust's."""

    fn: u8 = 3
    impl: u32 = 4
    self: u8 = 5
    padding_1: u8 = 6


@io_filter
def mod(ctx: IoContext, state: Wording) -> Verdict:
    ctx.data = state.impl
    return Verdict.HANDLED


WORDS = BuiltFilter("mod", mod)
TRIPLE = object_triple(None)


@cache
def modules() -> dict[str, str]:
    """All of our devices', and one without a device."""
    every = every_device()
    sources = Sources((*every.subjects, WORDS), every.devices)
    check(sources)
    made = outputs(sources, TRIPLE, rust=True).contents
    return {name: data.decode() for name, data in made.items() if name.endswith(".rs")}


def defaults() -> Iterator[tuple[str, type[Struct]]]:
    """Paths of structs in Rust, and what they are in Python."""
    for device in every_device().devices:
        for subject in device.filters.values():
            for kind in structs_of(subject):
                yield f"{device.name}::{kind.__name__}", kind
    yield "mod_::Wording", Wording
    yield from (("Inner", Inner), ("Numbers", Numbers))


_MAIN = """#![deny(warnings)]
use lightexit::{Bus, Device, Layout, Range, Region, Space};

STRUCTS

fn say<T: Layout>(value: T) {
    let bus = Bus::new().unwrap();
    let state = bus.state("x", 1, value).unwrap();
    let bytes = state.lock().bytes()[..std::mem::size_of::<T>()].to_vec();
    println!("{}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
}

struct Model;

impl Device for Model {
    type States = mod_::Wording;
    fn read(&self, _: &mut mod_::Wording, _: u64, _: &mut [u8]) {}
    fn write(&self, _: &mut mod_::Wording, _: u64, _: &[u8]) {}
}

fn main() {
SAYS
    println!("{} {:?}", pit::NAME, pit::REGION_0);
    let bus = Bus::new().unwrap();
    let state = bus.state("words", 1, mod_::Wording::DEFAULT).unwrap();
    let range = Range::new(Space::Mmio, 0x1000, 4);
    let builder = Region::builder(range, &state).filter(mod_::MOD_FILTER);
    let region = builder.add(&bus, Model).unwrap();
    let mut data = [0; 4];
    bus.vcpu(0).unwrap().read(Space::Mmio, 0x1000, &mut data);
    println!("{data:?} {:?}", region.total(false));
}
"""
_MANIFEST = f"""[package]
name = "built"
version = "0.1.0"
edition = "2021"
[workspace]
[dependencies]
lightexit = {{ path = "{BINDINGS / "lightexit"}" }}
"""


def crate(folder: Path) -> None:
    """A program of all modules, and linked with the one filter that it runs."""
    every = modules()
    names = {f"{device.name}.rs" for device in every_device().devices}
    assert set(every) == names | {"mod.rs"}
    (folder / "src").mkdir()
    for name, text in every.items():
        (folder / "src" / name).write_text(text)
    made = outputs(Sources((WORDS,), ()), TRIPLE).contents
    (folder / "mod.o").write_bytes(made["mod.o"])
    (folder / "Cargo.toml").write_text(_MANIFEST)
    link = f"cargo:rustc-link-arg-bins={folder}/mod.o"
    (folder / "build.rs").write_text(f'fn main() {{ println!("{link}"); }}\n')
    included = "".join(f'include!("{name}");\n' for name in sorted(every))
    structs = included + "\n".join(rust_struct(each, each.layout.size) for each in (Inner, Numbers))
    says = "".join(f"    say({path}::DEFAULT);\n" for path, _ in defaults())
    text = _MAIN.replace("STRUCTS", structs).replace("SAYS", says)
    (folder / "src/main.rs").write_text(text)


@pytest.mark.long
def test_modules_compile_and_say_what_python_has(tmp_path: Path) -> None:
    """Defaults are the same bytes; a filter that is linked with answers by its state."""
    crate(tmp_path)
    lines = passed("run", "-q", "--offline", folder=tmp_path).splitlines()
    expected = [bytes(kind()).hex() for _, kind in defaults()]
    assert len(expected) > 15
    assert lines[: len(expected)] == expected
    assert lines[len(expected) :] == [
        "pit Range { space: Pio, base: 64, size: 4, offset: 0, register_width: 1 }",
        "[4, 0, 0, 0] Count { handled: 1, passed: 0 }",
    ]


@pytest.mark.parametrize("name", device_names())
def test_a_device_has_a_module(name: str) -> None:
    text = modules()[f"{name.replace('-', '_')}.rs"]
    assert text.startswith("// Made by `lightexit build`; do not edit.\n")
    assert "_FILTER: ::lightexit::Filter<" in text
    assert max(len(line) for line in text.splitlines()) < 8000


class S0(Struct):
    a: u8


class S1(Struct):
    a: u8


class S2(Struct):
    a: u8


class S3(Struct):
    a: u8


class S4(Struct):
    a: u8


@io_filter
def many(ctx: IoContext, a: S0, b: S1, c: S2, d: S3, e: S4) -> Verdict:
    ctx.data = a.a + b.a + c.a + d.a + e.a
    return Verdict.HANDLED


def test_a_filter_of_five_states_is_refused() -> None:
    sources = Sources((BuiltFilter("many", many),), ())
    check(sources)
    with pytest.raises(AuthorError) as caught:
        outputs(sources, TRIPLE, rust=True)
    assert "many works on 5 states" in str(caught.value)
    assert "expected: at most 4 in Rust" in str(caught.value)


@pytest.mark.long
def test_rustfmt_takes_what_is_written(tmp_path: Path) -> None:
    """It is Rust to another parser as well: nothing is left for it to refuse."""
    if subprocess.run(["rustfmt", "--version"], capture_output=True, check=False).returncode:
        pytest.skip("rustfmt is not installed")
    for name, text in modules().items():
        path = tmp_path / name
        path.write_text(text)
        done = subprocess.run(
            ["rustfmt", "--edition", "2021", str(path)],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), name
