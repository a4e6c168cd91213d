// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
//! The library: one that pkg-config knows, or else the C sources that come with this crate.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// What the declarations are of: any 1.x has them.
const WANTED: [&str; 2] = ["liblightexit >= 1.0", "liblightexit < 2"];
/// As lib/Makefile compiles it.
const OPTIONS: [&str; 7] = [
    "-std=gnu11",
    "-O2",
    "-g",
    "-fPIC",
    "-fvisibility=hidden",
    "-fno-strict-aliasing",
    "-pthread",
];
const INCLUDE: [&str; 3] = ["c/include", "c/uapi", "c/runtime"];
const ASKED: [&str; 8] = [
    "LIGHTEXIT_SYS_BUNDLED",
    "LIGHTEXIT_SYS_STATIC",
    "PKG_CONFIG",
    "PKG_CONFIG_PATH",
    "PKG_CONFIG_LIBDIR",
    "CC",
    "AR",
    "CFLAGS",
];

fn main() -> ExitCode {
    for name in ASKED {
        println!("cargo:rerun-if-env-changed={name}");
    }
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=c");
    if !is_set("LIGHTEXIT_SYS_BUNDLED") && installed().is_some() {
        return ExitCode::SUCCESS;
    }
    match bundled() {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("lightexit-sys: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0")
}

fn tool(name: &str, usual: &str) -> String {
    env::var(name)
        .ok()
        .filter(|value| !value.is_empty())
        .unwrap_or_else(|| usual.into())
}

/// Links with what pkg-config finds; none where it finds nothing, or is not there itself.
fn installed() -> Option<()> {
    let output = Command::new(tool("PKG_CONFIG", "pkg-config"))
        .args(["--cflags-only-I", "--libs-only-L", "--keep-system-cflags"])
        .args(WANTED)
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    for flag in String::from_utf8(output.stdout).ok()?.split_whitespace() {
        if let Some(folder) = flag.strip_prefix("-L") {
            println!("cargo:rustc-link-search=native={folder}");
        } else if let Some(folder) = flag.strip_prefix("-I") {
            println!("cargo:include={folder}");
        }
    }
    let kind = if is_set("LIGHTEXIT_SYS_STATIC") {
        "static"
    } else {
        "dylib"
    };
    println!("cargo:rustc-link-lib={kind}=lightexit");
    Some(())
}

fn bundled() -> Result<(), String> {
    let target = PathBuf::from(env::var_os("OUT_DIR").ok_or("this is for cargo to run")?);
    let here = env::current_dir().map_err(|error| format!("no current folder: {error}"))?;
    let objects = compile(&here, &target)?;
    let archive = target.join("liblightexit.a");
    // What an earlier build has left there is not of this one.
    let _ = fs::remove_file(&archive);
    run(Command::new(tool("AR", "ar"))
        .arg("crs")
        .arg(&archive)
        .args(objects))?;
    println!("cargo:rustc-link-search=native={}", target.display());
    println!("cargo:rustc-link-lib=static=lightexit");
    println!("cargo:include={}", here.join("c/include").display());
    Ok(())
}

fn sources(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let read = |error| format!("{}: {error}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(read)? {
        found.push(entry.map_err(read)?.path());
    }
    found.retain(|path| path.extension().is_some_and(|ending| ending == "c"));
    found.sort();
    Ok(found)
}

fn compile(here: &Path, target: &Path) -> Result<Vec<PathBuf>, String> {
    let flags = tool("CFLAGS", "");
    let mut objects = Vec::new();
    for source in sources(&here.join("c/src"))? {
        let object = target
            .join(source.file_name().unwrap_or_default())
            .with_extension("o");
        run(Command::new(tool("CC", "cc"))
            .args(OPTIONS)
            .args(INCLUDE.map(|folder| format!("-I{}", here.join(folder).display())))
            .args(flags.split_whitespace())
            .arg("-c")
            .arg(&source)
            .arg("-o")
            .arg(&object))?;
        objects.push(object);
    }
    Ok(objects)
}

fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let advice = "install a C compiler, or liblightexit where pkg-config finds it";
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{name} failed ({status}), what it said is above")),
        Err(error) => Err(format!("{name} cannot be run: {error}: {advice}")),
    }
}
