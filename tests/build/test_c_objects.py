# SPDX-License-Identifier: Apache-2.0
"""`build` of objects: of clang's, whose states BTF describes, and of those that it wrote itself."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner

from build.built import INCLUDE, WARNINGS, contents, every_device, of_filters
from build.built import compile_c as compile_for_here
from build.test_linked import read_step
from claim.device import claim
from doorbell.filter import DoorbellState, notify
from isa.clang import COMPILERS, compile_c
from lightexit.abi import Struct, fingerprint
from lightexit.abi.header import c_tag, nested
from lightexit.build.outputs import check, outputs
from lightexit.build.sources import Sources, of_object
from lightexit.cli.app import app
from lightexit.errors import AuthorError
from lightexit.isa.sections import sections_of

ROOT = Path(__file__).parents[2]
DOORBELL = ROOT / "examples/doorbell/doorbell.c"
TRIPLE = "x86_64-unknown-linux-gnu"
FILTER = """
LIGHTEXIT_FILTER(count, context)
{
	if (context->is_write)
		return LIGHTEXIT_VERDICT_PASS;
	context->data = device.state.FIELD;
	return LIGHTEXIT_VERDICT_HANDLED;
}
"""


def run(*words: str | Path) -> None:
    result = CliRunner().invoke(app, ["build", *map(str, words)])
    assert result.exit_code == 0, result.output


def refusal(*words: str | Path) -> str:
    result = CliRunner().invoke(app, ["build", *map(str, words)])
    assert isinstance(result.exception, AuthorError), result
    return str(result.exception)


def source(declarations: str, field: str = "first", kind: str = "struct kind") -> str:
    state = f"LIGHTEXIT_STATE({kind}, device);\n"
    return f"#include <lightexit.h>\n{declarations}\n{state}{FILTER.replace('FIELD', field)}"


def object_file(folder: Path, text: str, *options: str, compiler: str = "clang") -> Path:
    path = folder / "source.o"
    path.write_bytes(compile_c(text, compiler, *options))
    return path


def built(path: Path, told: dict[str, int | type[Struct]] | None = None) -> dict[str, bytes]:
    """The files that `build` writes of an object."""
    return made_of(of_object(path, None, told))


def made_of(sources: Sources) -> dict[str, bytes]:
    check(sources)
    return outputs(sources, TRIPLE).contents


def struct_of(path: Path) -> type[Struct]:
    (subject,) = of_object(path, None).subjects
    return subject.states[0].kind


def constant(header: bytes, name: str) -> int:
    (line,) = [each for each in header.decode().splitlines() if each.startswith(f"#define {name} ")]
    return int(line.split()[-1].removesuffix("ull"), 0)


@pytest.mark.parametrize("which", ["devices", "others"])
def test_what_build_wrote_gives_the_same_files_again(which: str, tmp_path: Path) -> None:
    sources = every_device() if which == "devices" else of_filters(notify, claim, read_step)
    written = contents(sources, TRIPLE)
    objects = [name for name in written if name.endswith(".bpf.o")]
    for name in objects:
        (tmp_path / name).write_bytes(written[name])
        again = built(tmp_path / name)
        assert again == {each: written[each] for each in again}
        assert len(again) == 3
    assert len(objects) == len(sources.subjects)


@pytest.mark.parametrize("compiler", COMPILERS)
def test_a_twin_with_the_same_types_has_the_same_layout(compiler: str, tmp_path: Path) -> None:
    """A bool of Python's is a _Bool of C's, or u8 where it is declared so."""
    text = DOORBELL.read_text("utf-8")
    twin = built(object_file(tmp_path, text.replace("__u8 asleep", "_Bool asleep")))
    plain = built(object_file(tmp_path, text, compiler=compiler))
    told = built(tmp_path / "source.o", {"device": DoorbellState})
    python = contents(of_filters(notify), TRIPLE)
    names = "NOTIFY_DEVICE_SIZE", "NOTIFY_DEVICE_FINGERPRINT"
    found = [
        tuple(constant(each["notify.h"], name) for name in names)
        for each in (python, twin, told, plain)
    ]
    assert found[0] == found[1] == found[2] == (68, fingerprint(DoorbellState))
    assert found[3][0] == 68
    assert found[3][1] != found[0][1]


EVERY_FIELD = """
enum mode { OFF, ON };
typedef struct { __s16 x, y[2][3]; } point;
struct LongName { signed char low; __s64 wide; };
struct kind {
	_Bool is_on;
	enum mode mode;
	point points[2];
	struct { __u8 a; struct LongName named; } inner;
	struct { __u16 hidden; };
	const volatile __u32 first;
	long long last;
};
"""


@pytest.mark.parametrize("compiler", COMPILERS)
def test_every_type_of_a_field(compiler: str, tmp_path: Path) -> None:
    text = source(EVERY_FIELD).replace(", device);", ", device) = {.state.points[1].y[1][2] = -3};")
    path = object_file(tmp_path, text, compiler=compiler)
    kind = struct_of(path)
    assert [(each.name, str(each.type)) for each in kind.layout.fields if each.name != "inner"] == [
        ("is_on", "<class 'bool'>"),
        ("mode", "u32"),
        ("points", str(kind.layout.field("points").type)),  # type: ignore[union-attr]
        ("hidden", "u16"),
        ("first", "u32"),
        ("last", "i64"),
    ]
    tags = [c_tag(each).removeprefix("lightexit_") for each in nested(kind)]
    assert tags == ["point", "long_name", "kind_inner", "kind"]
    header = built(path)["count.h"]
    assert b"\tint16_t y[2][3];\n" in header
    assert b"_KIND_DEFAULTS { .is_on = 0, .mode = 0u, .points = { { .x = 0, " in header
    assert b"{ 0, 0, -3 }" in header
    (tmp_path / "count.h").write_bytes(header)
    (tmp_path / "main.c").write_text(
        "#include <liblightexit.h>\n" + '#include "count.h"\n' * 2 + "extern int all;\n"
        "extern const struct lightexit_kind at_first;\n"
        "const struct lightexit_kind at_first = LIGHTEXIT_KIND_DEFAULTS;\n"
    )
    for name, standard in (("gcc", "-std=c11"), ("g++", "-std=c++20")):
        language = ["-x", "c++"] if name == "g++" else []
        checked: list[str | Path] = ["-fsyntax-only", tmp_path / "main.c"]
        compile_for_here([name, standard, *WARNINGS, *INCLUDE, *language, *checked])


#: What a state holds, and what is told of it.
UNKNOWN = {
    "struct kind { __u32 first; __u32 mode : 3, rest : 29; };": "kind_mode is a bit field",
    "struct kind { __u32 first; void *next; };": "kind_next is a pointer",
    "struct kind { __u32 first; union { __u8 a; } u; };": "kind_u is a union",
    "struct kind { __u32 first; union { __u8 a; }; };": "kind holds a union without a name",
    "struct kind { __u32 first; double d; };": "kind_d is a floating-point number",
    "struct kind { __u32 first; __int128 big; };": "kind_big is an integer of 16 bytes",
    "struct kind { __u32 first; __u8 none[0]; };": "kind_none has no elements",
    "struct kind { __u32 first; __u8 reset; };": "kind_reset: a Struct has no field called reset",
    "struct kind { __u8 b; __u32 first; } __attribute__((packed));": (
        "kind_first is at byte 1, not 4: packed or aligned by an attribute"
    ),
    "struct kind { __u32 first; } __attribute__((aligned(8)));": (
        "struct kind has 8 bytes, of which its fields need 4: packed or aligned by an attribute"
    ),
}


@pytest.mark.parametrize("declared", UNKNOWN)
def test_what_is_in_no_layout_is_told(declared: str, tmp_path: Path) -> None:
    path = object_file(tmp_path, source(declared), "-Wno-packed", "-Wno-unused")
    with pytest.raises(AuthorError) as caught:
        built(path)
    assert caught.value.found == (
        f"{path}: the layout of the state `device` (section .data.device) is not known: "
        f"{UNKNOWN[declared]}"
    )
    assert "--state device=FILE.py:STRUCT gives it, or --state device=" in caught.value.advice
    size = int(caught.value.advice.split("=")[-1].split()[0])
    header = built(path, {"device": size})["count.h"].decode()
    assert f"struct lightexit_device_bytes {{\n\tuint8_t bytes[{size}];\n}};\n" in header


def test_what_is_told_at_the_command_line(tmp_path: Path) -> None:
    path = object_file(tmp_path, DOORBELL.read_text("utf-8"), "-g0")
    said = refusal(path, "-o", tmp_path / "out")
    assert "not known: the object has no BTF, which clang writes with -g\n" in said
    assert not (tmp_path / "out").exists()
    told = f"device={DOORBELL.parent}/src/doorbell/filter.py:DoorbellState"
    said = refusal(path, "-o", tmp_path / "out", "--state", "device=64")
    assert "the state `device` has 72 bytes, header not counted\n" in said
    run(path, "-o", tmp_path / "out", "--state", told)
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == [
        "notify.bpf.o",
        "notify.h",
        "notify.o",
    ]
    assert "and pit is no eBPF object" in refusal("pit", "-o", tmp_path, "--state", "device=72")
    assert "nowhere.o: no such file" in refusal(tmp_path / "nowhere.o", "-o", tmp_path)


def test_an_object_is_not_replaced_by_what_is_made_of_it(tmp_path: Path) -> None:
    path = tmp_path / "notify.bpf.o"
    path.write_bytes(compile_c(DOORBELL.read_text("utf-8")))
    said = refusal(path, "-o", tmp_path)
    assert said.splitlines()[0] == f"{path} would be replaced by what is made of it"
    run(path, "-o", tmp_path / "built")
    again = tmp_path / "built/notify.bpf.o"
    before = again.read_bytes()
    run(again, "-o", tmp_path / "built")
    assert again.read_bytes() == before


TWO = """
#include <lightexit.h>
struct shared { __u32 first; };
extern struct shared outside;
static __u32 calls = 7;
LIGHTEXIT_FILTER(one, c)
{
	if (c->is_write)
		return LIGHTEXIT_VERDICT_PASS;
	c->data = ++calls + outside.first;
	return LIGHTEXIT_VERDICT_HANDLED;
}
LIGHTEXIT_FILTER(two, c) { c->data = calls; return !c->is_write; }
"""


def test_several_filters_of_an_object_and_their_own_variables(tmp_path: Path) -> None:
    path = object_file(tmp_path, TWO)
    found = built(path)
    assert len(found) == 6
    one, two = found["one.h"].decode(), found["two.h"].decode()
    assert "states[1], data: struct lightexit_state_header, behind it struct lightexit_one_d" in one
    assert "#define LIGHTEXIT_TWO_DATA_DEFAULTS { .data = { 7u } }\n" in two
    assert constant(found["one.h"], "ONE_OUTSIDE_SIZE") == 4
    fingerprints = {
        constant(found[f"{n}.h"], f"{n.upper()}_DATA_FINGERPRINT") for n in ("one", "two")
    }
    assert len(fingerprints) == 1
    for name in ("one", "two"):
        (tmp_path / f"{name}.bpf.o").write_bytes(found[f"{name}.bpf.o"])
        again = built(tmp_path / f"{name}.bpf.o")
        assert again == {each: found[each] for each in again}
    run(f"{path}:two", "-o", tmp_path / "out", "--target", "aarch64-linux-gnu")
    assert (tmp_path / "out/two.o").read_bytes()[18] == 183
    assert not (tmp_path / "out/one.o").exists()


def test_any_bytes_of_btf_are_taken_or_refused(tmp_path: Path) -> None:
    data = compile_c(source(EVERY_FIELD))
    (btf,) = [each.data for each in sections_of(data) if each.name == ".BTF"]
    start, random, taken = data.index(btf), Random(5), 0
    path = tmp_path / "any.o"
    for _ in range(400):
        changed = bytearray(data)
        for _ in range(random.choice((1, 1, 2, 8))):
            changed[start + random.randrange(len(btf))] = random.choice(
                (0, 1, 255, random.getrandbits(8))
            )
        path.write_bytes(changed)
        try:
            found = [each.states for each in of_object(path, None).subjects]
        except AuthorError:
            continue
        taken += bool(found)
    assert 0 < taken < 400


DEVICE = """
from doorbell.filter import DoorbellState
from lightexit import Device, load_object, mmio

class Bell(Device[DoorbellState]):
    name = "bell"
    regions = (mmio(0x100, filter=load_object("PATH")),)
"""


def test_a_device_in_python_with_a_filter_in_c(tmp_path: Path) -> None:
    path = object_file(tmp_path, DOORBELL.read_text("utf-8"))
    (tmp_path / "bell.py").write_text(DEVICE.replace("PATH", str(path)))
    run(tmp_path / "bell.py", "-o", tmp_path / "out")
    header = (tmp_path / "out/bell.h").read_text()
    assert "#define BELL_REGION_0_FILTER BELL_NOTIFY_FILTER\n" in header
    assert "uint64_t bell_notify(" in (tmp_path / "out/bell_notify.h").read_text()
