//! The issuer's keys: when to fetch them.

pub mod cache;

pub use cache::{Cache, Step};
