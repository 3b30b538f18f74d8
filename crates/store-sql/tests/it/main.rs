//! The SQLite store as others see it.

#![expect(clippy::unwrap_used, reason = "tests")]

mod contract;
mod dump;
