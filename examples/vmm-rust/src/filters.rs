// SPDX-License-Identifier: Apache-2.0
//! What `lightexit build --rust` has written: layouts, places, and the filters themselves.

include!(concat!(env!("FILTERS"), "/pit.rs"));
include!(concat!(env!("FILTERS"), "/pm.rs"));
include!(concat!(env!("FILTERS"), "/uart.rs"));
include!(concat!(env!("FILTERS"), "/i440fx.rs"));
include!(concat!(env!("FILTERS"), "/ioapic.rs"));
include!(concat!(env!("FILTERS"), "/notify.rs"));
