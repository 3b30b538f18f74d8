//! The library as an API author uses it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod bank;
mod compile;
mod declared;
