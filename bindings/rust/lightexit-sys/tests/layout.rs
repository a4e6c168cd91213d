// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
//! A C compiler holds every layout and number against the headers.
#![allow(missing_docs)]

use std::env;
use std::io::Write;
use std::mem::{offset_of, size_of};
use std::path::Path;
use std::process::{Command, Stdio};

use lightexit_sys::*;

/// `_Static_assert`s that a struct has this size, and each of its members its place and size.
macro_rules! layout {
    ($text:ident, $name:ident, $($member:ident),* $(,)?) => {{
        // All members are here: this does not compile else.
        #[allow(unused_variables)]
        let _ = |all: $name| { let $name { $($member),* } = all; };
        let whole = size_of::<$name>();
        $text += &format!("CHECK(sizeof(struct {0}) == {whole});\n", stringify!($name));
        $(
            let at = offset_of!($name, $member);
            let size = size_of_member(|all: &$name| &raw_of(all).$member);
            $text += &format!(
                "CHECK(offsetof(struct {0}, {1}) == {at});\n\
                 CHECK(sizeof(((struct {0} *)0)->{1}) == {size});\n",
                stringify!($name), stringify!($member).trim_start_matches("r#"),
            );
        )*
    }};
}

fn raw_of<T>(all: &T) -> &T {
    all
}

fn size_of_member<T, M>(_: impl Fn(&T) -> &M) -> usize {
    size_of::<M>()
}

macro_rules! numbers {
    ($text:ident, $($name:ident),* $(,)?) => {
        $($text += &format!("CHECK({} == {});\n", stringify!($name), $name);)*
    };
}

fn contract(text: &mut String) {
    let mut facts = String::new();
    layout! {
        facts, lightexit_io_context, offset, data, now_ns, vcpu, size, is_write, space,
        abi_version, doorbells, raised_lines, lowered_lines, pulsed_lines,
        apic_destination, apic_vector, apic_mode, eoi_vector, requests, reserved
    }
    layout! {
        facts, lightexit_state_header, version, fingerprint
    }
    layout! {
        facts, lightexit_clock_state, base_ns, origin, rate, step_ns, gettime, clock_id
    }
    numbers! {
        facts, LIGHTEXIT_ABI_VERSION, LIGHTEXIT_VERDICT_PASS, LIGHTEXIT_VERDICT_HANDLED,
        LIGHTEXIT_SPACE_PIO, LIGHTEXIT_SPACE_MMIO, LIGHTEXIT_SPACE_MSR,
        LIGHTEXIT_APIC_MODE_FIXED, LIGHTEXIT_APIC_MODE_LOWEST_PRIORITY,
        LIGHTEXIT_APIC_MODE_SMI, LIGHTEXIT_APIC_MODE_NMI, LIGHTEXIT_APIC_MODE_INIT,
        LIGHTEXIT_APIC_MODE_STARTUP, LIGHTEXIT_APIC_MODE_EXTINT,
        LIGHTEXIT_APIC_FLAG_LOGICAL, LIGHTEXIT_APIC_FLAG_LEVEL,
        LIGHTEXIT_REQUEST_APIC_MESSAGE, LIGHTEXIT_REQUEST_EOI,
        LIGHTEXIT_ATTACH_FLAG_READS_CLOCK, LIGHTEXIT_ATTACH_FLAG_WRITES_STATE,
        LIGHTEXIT_ATTACH_FLAG_PASSES_READS, LIGHTEXIT_ATTACH_FLAG_PASSES_WRITES
    }
    *text += &facts;
}

fn library(text: &mut String) {
    let mut facts = String::new();
    layout! {
        facts, lightexit_filter_state, name, size, fingerprint
    }
    layout! {
        facts, lightexit_filter, abi_version, flags, name, run, worst_case, state_count,
        states
    }
    layout! {
        facts, lightexit_bus_options, struct_size, vcpus, clock_source, tsc_khz,
        clock_map_fd, flags
    }
    layout! {
        facts, lightexit_state_options, struct_size, version, name, size, fingerprint,
        map_fd, memory_fd
    }
    layout! {
        facts, lightexit_saved, name, data, fingerprint, now_ns, name_size, size,
        version, reserved
    }
    layout! {
        facts, lightexit_region_options, struct_size, space, base, size, offset,
        register_width, state_count, states, filter, read, write, line, doorbell,
        request, released, opaque, eventfds, eventfd_count, reserved
    }
    layout! {
        facts, lightexit_count, handled, passed
    }
    layout! {
        facts, lightexit_access, address, data, count, size, space, is_write, reserved
    }
    let change = size_of::<lightexit_line_change>();
    facts += &format!("CHECK(sizeof(enum lightexit_line_change) == {change});\n");
    *text += &facts;
}

fn library_numbers(text: &mut String) {
    let mut facts = String::new();
    numbers! {
        facts, LIGHTEXIT_OK, LIGHTEXIT_ERROR_ARGUMENT, LIGHTEXIT_ERROR_MEMORY,
        LIGHTEXIT_ERROR_ABI, LIGHTEXIT_ERROR_STATE, LIGHTEXIT_ERROR_OVERLAP,
        LIGHTEXIT_ERROR_IN_USE, LIGHTEXIT_ERROR_SAVED, LIGHTEXIT_ERROR_LAYOUT,
        LIGHTEXIT_ERROR_MAP, LIGHTEXIT_ERROR_NO_MODULE, LIGHTEXIT_ERROR_RIGHTS,
        LIGHTEXIT_ERROR_MODULE, LIGHTEXIT_ERROR_CLOCK, LIGHTEXIT_ERROR_PROGRAM, LIGHTEXIT_ERROR_NO_LOADER,
        LIGHTEXIT_ERROR_LOADER, LIGHTEXIT_MOST_STATES,
        LIGHTEXIT_MOST_DOORBELLS, LIGHTEXIT_CLOCK_MONOTONIC, LIGHTEXIT_CLOCK_TSC,
        LIGHTEXIT_BUS_FLAG_FENCES, LIGHTEXIT_LINE_LOWER, LIGHTEXIT_LINE_RAISE,
        LIGHTEXIT_LINE_PULSE
    }
    *text += &facts;
    *text +=
        &format!("CHECK(!__builtin_strcmp(LIBLIGHTEXIT_VERSION, \"{LIBLIGHTEXIT_VERSION}\"));\n");
}

fn compile(text: &str) -> (bool, String) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut compiler = Command::new(env::var("CC").unwrap_or_else(|_| "cc".into()))
        .args(["-std=gnu11", "-fsyntax-only", "-Wall", "-Werror"])
        .arg(format!("-I{}", here.join("c/include").display()))
        .arg(format!("-I{}", here.join("c/uapi").display()))
        .args(["-x", "c", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a C compiler");
    let mut input = compiler.stdin.take().expect("a pipe");
    input.write_all(text.as_bytes()).expect("it reads");
    drop(input);
    let output = compiler.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), said)
}

fn whole() -> String {
    let mut text = String::from(
        "#include <stddef.h>\n#include <liblightexit.h>\n\
         #define CHECK(fact) _Static_assert(fact, #fact)\n",
    );
    contract(&mut text);
    library(&mut text);
    library_numbers(&mut text);
    text
}

#[test]
fn layouts_and_numbers_are_those_of_the_headers() {
    let text = whole();
    assert!(text.matches("CHECK").count() > 200, "{text}");
    let (is_fine, said) = compile(&text);
    assert!(is_fine, "{said}");
}

#[test]
fn a_wrong_number_is_found() {
    let text = whole().replacen("LIGHTEXIT_SPACE_MMIO == 1", "LIGHTEXIT_SPACE_MMIO == 3", 1);
    let (is_fine, said) = compile(&text);
    assert!(
        !is_fine && said.contains("LIGHTEXIT_SPACE_MMIO == 3"),
        "{said}"
    );
}

#[test]
fn the_library_is_of_this_version() {
    // SAFETY: it takes nothing, and returns a constant string.
    let version = unsafe { std::ffi::CStr::from_ptr(lightexit_version()) };
    let major = |text: &str| text.split('.').next().map(str::to_owned);
    let found = version.to_str().expect("plain text");
    assert_eq!(major(found), major(LIBLIGHTEXIT_VERSION));
}
