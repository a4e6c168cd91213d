// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
//! Filters by lightexit-loader: where none answers, and by the one at LIGHTEXIT_TEST_LOADER.
#![allow(missing_docs)]

use std::env;
use std::ffi::CString;
use std::fs::File;
use std::os::fd::AsFd;

use lightexit::{Bus, BusOptions, Error, Loader};

#[test]
fn without_a_loader_it_says_so() {
    let error = Loader::connect(Some(c"/nowhere/loader.sock"))
        .map(drop)
        .unwrap_err();
    assert!(matches!(&error, Error::NoLoader(text) if text.contains("/nowhere/loader.sock")));
    let long = CString::new("x".repeat(200)).unwrap();
    let error = Loader::connect(Some(&long)).map(drop).unwrap_err();
    assert!(matches!(error, Error::Argument(_)));
}

#[test]
fn what_is_no_module_is_refused() {
    let bus = Bus::new().unwrap();
    let file = File::open("/dev/null").unwrap();
    let error = bus.use_module(file.as_fd()).unwrap_err();
    assert!(
        matches!(error, Error::NoModule(_) | Error::Abi(_)),
        "{error:?}"
    );
}

/// Of examples/doorbell: 68 bytes.
#[test]
fn a_loader_gives_maps_and_programs() {
    let Some(path) = env::var_os("LIGHTEXIT_TEST_LOADER") else {
        return;
    };
    let path = CString::new(path.into_encoded_bytes()).unwrap();
    let mut loader = Loader::connect(Some(&path)).unwrap();
    let error = loader.load(c"none").map(drop).unwrap_err();
    assert!(matches!(error, Error::Loader(_)), "{error:?}");
    let object = loader.load(c"notify").unwrap();
    let clock = loader.clock().unwrap();
    match loader.module() {
        Ok(_) => {}
        Err(error) => assert!(matches!(error, Error::NoModule(_)), "{error:?}"),
    }
    drop(loader);
    object.program(c"notify").unwrap();
    let error = object.map(c".data.none").map(drop).unwrap_err();
    assert!(matches!(error, Error::Argument(_)), "{error:?}");
    let bus = Bus::with(&BusOptions::new().clock_map(clock.as_fd())).unwrap();
    let map = object.map(c".data.device").unwrap();
    // SAFETY: the program is not attached: nobody else writes the map.
    let state = unsafe { bus.state_in_map::<[u32; 17]>("doorbell", 1, map) }.unwrap();
    drop(object);
    assert_eq!(state.lock()[1] & 0xff, 1); // asleep, as by default
    println!("seen");
}
