//! The library as an API author uses it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod bank;
mod compile;
mod contract;
mod declared;
mod differential;
mod dpop;
mod nested;
mod policies;
mod related;
mod related_policies;
mod routing;
