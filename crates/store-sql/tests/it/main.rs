//! The stores as others see them.

#![expect(clippy::unwrap_used, reason = "tests")]

mod contract;
mod dump;
