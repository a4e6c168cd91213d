// SPDX-License-Identifier: Apache-2.0
//! --engine in-kernel, --loader: the filters inside KVM, loaded by libbpf or by lightexit-loader,
//! attached by the crate.

use std::ffi::{CStr, CString};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use lightexit::{kernel, LoadedObject, Loader, Region};

use crate::told::Told;

/// What is loaded of a filter: `NAME.bpf.o`, and the map of its state.
pub struct Object {
    pub filter: &'static str,
    pub map: &'static CStr,
}

/// A filter in the kernel.
pub struct Loaded {
    filter: &'static str,
    map: &'static CStr,
    by: By,
}

/// Who has loaded it.
enum By {
    #[cfg_attr(not(with_libbpf), allow(dead_code))]
    Libbpf {
        program: BorrowedFd<'static>,
        map: BorrowedFd<'static>,
    },
    Loader(LoadedObject),
}

impl Loaded {
    pub fn map(&self) -> Told<BorrowedFd<'_>> {
        match &self.by {
            By::Libbpf { map, .. } => Ok(*map),
            By::Loader(object) => object.map(self.map).map_err(|error| error.to_string()),
        }
    }

    pub fn attach(&self, region: &Region, vm: BorrowedFd<'_>) -> lightexit::Result<()> {
        match &self.by {
            By::Libbpf { program, .. } => region.attach(vm, *program),
            By::Loader(object) => region.attach_object(vm, object),
        }
    }
}

/// All filters in the kernel, and a map for the clock.
pub struct Offload {
    clock: OwnedFd,
    module: Option<OwnedFd>,
    all: Vec<Loaded>,
}

impl Offload {
    /// By libbpf, in this process.
    pub fn load(folder: &str, objects: &[Object]) -> Told<Self> {
        let all = objects.iter().map(|object| load::load(folder, object));
        let all = all.collect::<Told<_>>()?;
        let (clock, module) = (
            kernel::clock_map().map_err(|error| error.to_string())?,
            None,
        );
        Ok(Self { clock, module, all })
    }

    /// By lightexit-loader: it needs no rights.
    pub fn ask(socket: &str, objects: &[Object]) -> Told<Self> {
        let path = CString::new(socket).map_err(|_| format!("{socket}: no path"))?;
        Self::asked(&path, objects).map_err(|error| error.to_string())
    }

    fn asked(path: &CStr, objects: &[Object]) -> lightexit::Result<Self> {
        let mut loader = Loader::connect(Some(path))?;
        let mut all = Vec::new();
        for Object { filter, map } in objects {
            let name = CString::new(*filter).expect("names of filters have no NUL");
            let by = By::Loader(loader.load(&name)?);
            all.push(Loaded { filter, map, by });
        }
        Ok(Self {
            clock: loader.clock()?,
            module: Some(loader.module()?),
            all,
        })
    }

    pub fn module(&self) -> Option<BorrowedFd<'_>> {
        self.module.as_ref().map(AsFd::as_fd)
    }

    pub fn clock(&self) -> BorrowedFd<'_> {
        self.clock.as_fd()
    }

    pub fn find(&self, object: &Object) -> Option<&Loaded> {
        self.all
            .iter()
            .find(|loaded| loaded.filter == object.filter)
    }
}

#[cfg(not(with_libbpf))]
mod load {
    use super::{Loaded, Object, Told};

    pub fn load(_folder: &str, object: &Object) -> Told<Loaded> {
        let _ = object.map;
        Err("this build is one without libbpf".into())
    }
}

/// What libbpf has loaded stays until this process ends: it is never closed.
#[cfg(with_libbpf)]
mod load {
    use std::ffi::{c_char, c_int, c_long, c_void, CString};
    use std::io::Error;
    use std::os::fd::BorrowedFd;
    use std::ptr;

    use super::{By, Loaded, Object, Told};
    use crate::told::reason;

    const EPERM: c_int = 1;

    extern "C" {
        fn libbpf_set_print(print: Option<extern "C" fn()>) -> *mut c_void;
        fn libbpf_get_error(pointer: *const c_void) -> c_long;
        fn bpf_object__open_file(path: *const c_char, options: *const c_void) -> *mut c_void;
        fn bpf_object__load(object: *mut c_void) -> c_int;
        fn bpf_object__find_map_by_name(object: *mut c_void, name: *const c_char) -> *mut c_void;
        fn bpf_object__next_program(object: *mut c_void, last: *mut c_void) -> *mut c_void;
        fn bpf_map__fd(map: *const c_void) -> c_int;
        fn bpf_program__fd(program: *const c_void) -> c_int;
    }

    fn text(error: c_int) -> String {
        reason(&Error::from_raw_os_error(-error))
    }

    pub fn load(folder: &str, wanted: &Object) -> Told<Loaded> {
        let path = format!("{folder}/{}.bpf.o", wanted.filter);
        let name = CString::new(path.as_str()).map_err(|_| format!("{path}: no path"))?;
        // SAFETY: libbpf is used by this thread only; the path is a C string.
        let object = unsafe {
            libbpf_set_print(None);
            bpf_object__open_file(name.as_ptr(), ptr::null())
        };
        // SAFETY: it takes what the call before has returned.
        let error = unsafe { libbpf_get_error(object) } as c_int;
        if error != 0 {
            return Err(format!("{path}: {}", text(error)));
        }
        // SAFETY: the object is open.
        let error = unsafe { bpf_object__load(object) };
        if error != 0 {
            let advice = if error == -EPERM {
                ": CAP_BPF is needed"
            } else {
                ""
            };
            return Err(format!(
                "{path}: bpf(2) does not load it: {}{advice}",
                text(error)
            ));
        }
        descriptors(object, &path, wanted)
    }

    fn descriptors(object: *mut c_void, path: &str, wanted: &Object) -> Told<Loaded> {
        // SAFETY: the object is loaded, and never closed.
        let map = unsafe { bpf_object__find_map_by_name(object, wanted.map.as_ptr()) };
        if map.is_null() {
            let section = wanted.map.to_string_lossy();
            return Err(format!("{path} has no section {section}"));
        }
        // SAFETY: as above; the descriptors stay open with the object.
        unsafe {
            let program = bpf_object__next_program(object, ptr::null_mut());
            let by = By::Libbpf {
                program: BorrowedFd::borrow_raw(bpf_program__fd(program)),
                map: BorrowedFd::borrow_raw(bpf_map__fd(map)),
            };
            let (filter, map) = (wanted.filter, wanted.map);
            Ok(Loaded { filter, map, by })
        }
    }
}
