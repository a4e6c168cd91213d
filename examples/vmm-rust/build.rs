// SPDX-License-Identifier: Apache-2.0
//! The filters: what `lightexit build --rust` writes, in FILTERS or else made by LIGHTEXIT.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{exit, Command};

/// The filter of queues' doorbells.
const DOORBELL: &str = "../doorbell/src/doorbell/filter.py";
const SUBJECTS: [&str; 6] = ["pit", "pm", "uart", "i440fx", "ioapic", DOORBELL];
/// The modules that src/filters.rs includes, and the objects to link with.
const OBJECTS: [&str; 6] = [
    "pit_read_or_latch",
    "pm_read_timer",
    "uart_read_status",
    "i440fx_access_configuration",
    "ioapic_access_redirections",
    "notify",
];

fn main() {
    for name in ["FILTERS", "LIGHTEXIT", "LIBBPF"] {
        println!("cargo:rerun-if-env-changed={name}");
    }
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={DOORBELL}");
    let folder = filters();
    println!("cargo:rerun-if-changed={}", folder.display());
    println!("cargo:rustc-env=FILTERS={}", folder.display());
    for name in OBJECTS {
        println!("cargo:rustc-link-arg-bins={}/{name}.o", folder.display());
    }
    println!("cargo:rustc-check-cfg=cfg(with_libbpf)");
    if env::var("LIBBPF").as_deref() != Ok("no") && has_libbpf() {
        println!("cargo:rustc-cfg=with_libbpf");
        println!("cargo:rustc-link-lib=bpf");
    }
}

/// The folder with the filters' files.
fn filters() -> PathBuf {
    if let Some(folder) = env::var_os("FILTERS") {
        return folder.into();
    }
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("filters");
    SUBJECTS.iter().for_each(|subject| build(subject, &folder));
    folder
}

fn build(subject: &str, folder: &Path) {
    let program = env::var("LIGHTEXIT").unwrap_or_else(|_| "lightexit".into());
    let mut words = program.split_whitespace();
    let status = Command::new(words.next().unwrap_or("lightexit"))
        .args(words)
        .args(["build", subject, "--rust", "-o"])
        .arg(folder)
        .status();
    if !status.as_ref().is_ok_and(|status| status.success()) {
        eprintln!("{program} build {subject} --rust: {status:?}: set FILTERS to a folder of its");
        exit(1);
    }
}

fn has_libbpf() -> bool {
    let status = Command::new("pkg-config")
        .args(["--exists", "libbpf"])
        .status();
    status.is_ok_and(|status| status.success())
}
