//! The library as an API author uses it.

#![expect(
    clippy::duplicate_mod,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod asking;
mod bank;
mod compile;
mod contract;
mod declared;
mod differential;
mod dpop;
mod keys;
mod nested;
mod owners;
mod page;
mod policies;
mod projects;
mod related;
mod related_policies;
mod routing;
mod slips;
