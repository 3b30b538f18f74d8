//! The stores as others see them.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod contract;
mod dump;
mod earlier;
mod postgres;
mod role;
mod tls;
mod username;
