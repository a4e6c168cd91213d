// SPDX-License-Identifier: Apache-2.0
//! What is said where something fails: one sentence.

use std::io;

/// A result whose error is the sentence to say.
pub type Told<T> = Result<T, String>;

/// Says one sentence on standard error.
pub fn complain(sentence: &str) {
    eprintln!("vmm: {sentence}");
}

/// What an error of the system's is, without its number.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}

/// Puts a sentence in front of an error of the system's.
pub fn failed(what: &str) -> impl Fn(io::Error) -> String + '_ {
    move |error| format!("{what}: {}", reason(&error))
}
