# SPDX-License-Identifier: Apache-2.0
"""Objects of clang: where states come from, and what no filter may have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from isa.clang import COMPILERS, compile_c
from lightexit.abi import IoContext
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.errors import AuthorError
from lightexit.isa import Map, Program, read_elf, write_elf
from lightexit.isa.btf_variables import DeclaredVariable, core_relocations, variables
from lightexit.isa.sections import sections_of
from lightexit.verifier import verify

START = "#include <lightexit.h>\nstruct counter { __u32 hits; __u64 total; __u8 last; };\n"
BODY = "LIGHTEXIT_FILTER(f, c)"

every_compiler = pytest.mark.parametrize("compiler", COMPILERS)


def programs(
    text: str, compiler: str = "clang", *options: str, sizes: dict[str, int] | None = None
) -> dict[str, Program]:
    data = compile_c(START + text, compiler, *options)
    found = read_elf(data, value_offset=16, file="filter.o", sizes=sizes)
    return {each.name: each for each in found}


def refusal(
    text: str, compiler: str = "clang", *options: str, sizes: dict[str, int] | None = None
) -> str:
    with pytest.raises(AuthorError) as caught:
        programs(text, compiler, *options, sizes=sizes)
    return str(caught.value)


STATES = {
    "LIGHTEXIT_STATE(struct counter, s);": ("s.state.", Map("s", 40)),
    "extern struct counter s;": ("s.", Map("s", 40)),
    "typedef const volatile struct counter kind; extern volatile struct counter s;": (
        "s.",
        Map("s", 40),
    ),
    "extern struct { struct lightexit_state_header header; struct counter state; } s;": (
        "s.state.",
        Map("s", 40),
    ),
    "struct { struct lightexit_state_header header; struct counter state; } s __attribute__(("
    'section(".bss.s")));': ("s.state.", Map("s", 40)),
}


@every_compiler
@pytest.mark.parametrize("declared", STATES)
def test_states_have_the_sizes_that_c_says(declared: str, compiler: str) -> None:
    access, expected = STATES[declared]
    text = f"{declared}\n{BODY} {{ c->data = ++{access}hits; {access}last = 1; return 1; }}"
    found = programs(text, compiler)["f"]
    assert found.maps == (expected,)
    report = verify(found).accepted_or_raise()
    assert report.writes_state


@every_compiler
def test_arrays_of_a_state_have_their_whole_size(compiler: str) -> None:
    text = f"extern struct counter s[3][5]; {BODY} {{ s[2][4].last = 1; return 1; }}"
    assert programs(text, compiler)["f"].maps == (Map("s", 16 + 15 * 24),)


def test_a_size_is_given_where_the_object_does_not_know_it() -> None:
    text = f"extern struct counter s; {BODY} {{ s.hits++; return 1; }}"
    assert programs(text, "clang", "-g0")["f"].maps == (Map("s", 0),)
    assert programs(text, "clang", "-g0", sizes={"s": 24})["f"].maps == (Map("s", 40),)
    assert programs(text, sizes={"s": 24})["f"].maps == (Map("s", 40),)


def test_a_size_that_does_not_fit_is_refused() -> None:
    declarations = {"extern struct counter s;": 20, "LIGHTEXIT_STATE(struct counter, s);": 16}
    for declared, size in declarations.items():
        text = f"{declared} {BODY} {{ *(__u8 *)&s = 1; return 1; }}"
        assert refusal(text, sizes={"s": size}) == (
            "filter.o: the state `s` has 24 bytes, header not counted\n"
            f"  expected: the {size} bytes that are given for it"
        )
    assert refusal(text, sizes={"t": 20}) == (
        "filter.o has no state named `t`, whose size is given\n  expected: one of: s"
    )


@every_compiler
def test_a_state_without_a_header_is_refused(compiler: str) -> None:
    text = f"struct counter s[2]; struct counter big = {{1,2,3}}; {BODY} {{ return big.hits++; }}"
    said = refusal(text, compiler, "-fdata-sections")
    assert said == (
        "filter.o: `big` in section .data.big does not begin with struct lightexit_state_header\n"
        "  expected: a state, header first, or a section of another name\n"
        "  help: declare it as LIGHTEXIT_STATE(TYPE, big), and compile without -fdata-sections"
    )


@every_compiler
def test_variables_of_the_program_itself(compiler: str) -> None:
    text = f"""
    static __u32 calls; static __u64 start[2] = {{5, 7}};
    LIGHTEXIT_STATE(struct counter, s);
    {BODY} {{ s.state.hits++; calls++; start[1] += start[0]; c->data = start[1]; return 1; }}
    LIGHTEXIT_FILTER(g, c) {{ c->data = calls; return 1; }}
    """
    found = programs(text, compiler)
    initial = (5).to_bytes(8, "little") + (7).to_bytes(8, "little")
    own = Map("bss", 20, b""), Map("data", 32 if len(found["f"].maps) == 3 else 0, initial)
    assert found["f"].maps[0] == Map("s", 40)
    assert set(found["f"].maps[1:]) <= {*own, Map("data", 24, initial[8:])}
    assert Map("bss", 20, b"") in found["f"].maps
    assert found["g"].maps == (Map("bss", 20, b""),)


@every_compiler
def test_static_functions_constants_and_several_programs(compiler: str) -> None:
    text = """
    static const __u8 table[] = {2, 3, 5, 7, 11, 13, 17, 19};
    static __attribute__((noinline)) __u64 prime(__u64 n) { return table[n & 7]; }
    __attribute__((noinline)) __u64 twice(__u64 n) { return 2 * prime(n); }
    LIGHTEXIT_FILTER(f, c) { c->data = prime(c->offset); return 1; }
    LIGHTEXIT_FILTER(g, c) { c->data = twice(c->offset); return 1; }
    LIGHTEXIT_FILTER(h, c) {
        switch (c->offset) {
        case 0: c->data = 17; break; case 1: c->data = 99; break; case 2: c->data = 3; break;
        case 3: c->data = 12; break; case 4: c->data = 70; break; case 5: c->data = 1; break;
        default: return 0;
        }
        return 1;
    }
    """
    found = programs(text, compiler)
    assert list(found) == ["f", "g", "h"]
    for each in found.values():
        report = verify(each).accepted_or_raise()
        assert not report.writes_state
        (again,) = read_elf(write_elf(each), value_offset=16, file="again.o")
        assert replace(again, lines=()) == replace(each, lines=())


@every_compiler
@pytest.mark.parametrize("options", ["-O1", "-O3", "-Os", "-mcpu=v1", "-mcpu=v2", "-mcpu=v3"])
def test_strings_tables_and_copies_are_constants(options: str, compiler: str) -> None:
    text = """
    struct four { __u8 bytes[8]; };
    static const struct four copied[3] = {{{1, 2, 3}}, {{4, 5, 6}}, {{7, 8, 9}}};
    static __u64 weekday(__u64 n) {
        switch (n) {
        case 0: return 'm'; case 1: return 't'; case 2: return 'w'; case 3: return 'T';
        case 4: return 'f'; default: return 's';
        }
    }
    LIGHTEXIT_FILTER(f, c) {
        const char *text = "lightweight exit";
        struct four here;
        if (c->offset >= 3)
            return 0;
        __builtin_memcpy(&here, &copied[c->offset], sizeof here);
        c->data = text[c->offset + 5] | here.bytes[1] << 8 | weekday(c->offset) << 16;
        return 1;
    }
    """
    program = programs(text, compiler, options)["f"]
    assert program.maps == ()
    assert b"lightweight exit" in program.rodata
    loaded = InterpreterEngine().load(verify(program).accepted_or_raise().program)
    for offset, expected in enumerate((b"w\x02m", b"e\x05t", b"i\x08w")):
        context = IoContext()
        context.offset = offset
        assert loaded.run(context, []) == 1
        assert context.data == int.from_bytes(expected, "little")


@dataclass(frozen=True)
class Refused:
    """A line that no filter may have; what is said of it, and what to do instead."""

    line: str
    found: str
    help: str
    before: str = ""


REFUSED = {
    "map": Refused(
        "return (long)&m.type;",
        "is the map `m` of section .maps, not the address of its value",
        "declare it as LIGHTEXIT_STATE(TYPE, NAME) of <lightexit.h>, and write m.state.FIELD",
        'struct { int (*type)[2]; int *key; } m __attribute__((section(".maps")));',
    ),
    "kfunc": Refused(
        "return kernel(3);",
        "calls `kernel`, a function of the kernel (section .ksyms)",
        "return 0 (PASS), and have the device model do it",
        'extern int kernel(int) __attribute__((section(".ksyms")));',
    ),
    "ksym": Refused(
        "return jiffies;",
        "needs `jiffies`, which the kernel is to provide (section .ksyms)",
        "a field of a state, which the device model sets",
        'extern int jiffies __attribute__((section(".ksyms")));',
    ),
    "kconfig": Refused(
        "return CONFIG_HZ;",
        "needs `CONFIG_HZ`, which the kernel is to provide (section .kconfig)",
        "a field of a state, which the device model sets",
        'extern int CONFIG_HZ __attribute__((section(".kconfig")));',
    ),
    "undefined": Refused(
        "return elsewhere(3);",
        "calls `elsewhere`, which is no function of this object",
        "",
        "extern int elsewhere(int);",
    ),
    "function pointer": Refused(
        "c->data = (long)&other; return 1;",
        "is the address of the function `other` in section syscall",
        "`if` or `switch` that calls each of them",
        "LIGHTEXIT_FILTER(other, c) { return c->data; }",
    ),
    "CO-RE": Refused(
        "return ((struct task *)c)->second;",
        "needs a CO-RE relocation for `task` (section .BTF.ext)",
        "remove preserve_access_index from the struct, and BPF_CORE_READ",
        "struct task { int first, second; } __attribute__((preserve_access_index));",
    ),
    "pointers": Refused(
        "c->data = *texts[c->offset & 1]; return 1;",
        "which holds pointers",
        "arrays instead of pointers to them, and `-fno-jump-tables` for a `switch`",
        "static const int one = 1, two = 2; static const int *const texts[] = {&one, &two};",
    ),
    "other section": Refused(
        "return count++;",
        "needs relocation 1 against `count` in counters",
        "declare it as LIGHTEXIT_STATE(TYPE, NAME) of <lightexit.h>",
        'int count __attribute__((section("counters")));',
    ),
}


@every_compiler
@pytest.mark.parametrize("case", REFUSED)
def test_what_no_filter_may_have(case: str, compiler: str) -> None:
    refused = REFUSED[case]
    said = refusal(f"{refused.before}\n{BODY} {{\n{refused.line}\n}}", compiler)
    first, excerpt, *_ = said.splitlines()
    assert first.startswith("filter.c:5:") or "/filter.c:5:" in first
    assert refused.found in first
    assert excerpt.strip() == refused.line
    assert "  expected: " in said
    assert (f"  help: {refused.help}" in said) == bool(refused.help)


#: A line, what the verifier says of it, and what to do instead.
REFUSED_BY_PROOF = {
    "helper": (
        "return ((long (*)(void))5)();",
        "f: calls helper ktime_get_ns",
        "read VM time from ctx.now_ns",
    ),
    "tail call": (
        "return ((long (*)(void *, void *, int))12)(c, 0, 1);",
        "f: calls helper tail_call",
        "call a static function, or have a region for each filter",
    ),
    "map lookup": (
        "return *((int *(*)(void *, void *))1)(c, 0);",
        "f: calls helper map_lookup_elem",
        "use the fields of a state, which is there without a call",
    ),
    "atomic": (
        "__sync_fetch_and_add(&c->data, 1); return 1;",
        "f: writes 8 bytes at ctx + 8 atomically",
        "",
    ),
}


@every_compiler
@pytest.mark.parametrize("case", REFUSED_BY_PROOF)
def test_what_the_proof_refuses_is_shown_in_the_source(case: str, compiler: str) -> None:
    line, found, advice = REFUSED_BY_PROOF[case]
    error = verify(programs(f"{BODY} {{\n{line}\n}}", compiler)["f"]).error
    assert error is not None
    assert error.where is not None
    assert (Path(error.where.file).name, error.where.line) == ("filter.c", 4)
    assert error.where.text == line
    assert (error.found, error.advice) == (found, advice)


def test_btf_tells_of_variables() -> None:
    text = "extern struct counter s; int n; LIGHTEXIT_STATE(struct counter, t);"
    data = compile_c(f"{START}{text} {BODY} {{ return s.hits + n + t.state.hits; }}")
    (btf,) = (each.data for each in sections_of(data) if each.name == ".BTF")
    found = variables(btf)
    assert found["s"] == DeclaredVariable("", 24, is_struct=True)
    assert found["n"] == DeclaredVariable(".bss", 4)
    assert found["t"] == DeclaredVariable(".data.t", 40, is_struct=True, has_header=True)
    for end in range(0, len(btf), 7):
        assert {name for name in variables(btf[:end]) if name} <= set(found)
    assert variables(btf.replace(b"\x9f\xeb", b"\x9e\xeb")) == {}
    assert core_relocations(btf, b"") == {}


@every_compiler
def test_the_contract_is_enough_for_c(compiler: str) -> None:
    """Without a folder of this machine's headers."""
    compile_c(
        "#include <lightexit.h>\n__u64 f(struct lightexit_io_context *c) { return c->data; }\n",
        compiler,
        "-nostdinc",
        "-std=c11",
        "-Wpedantic",
    )
