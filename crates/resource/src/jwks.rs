//! The issuer's keys: when to fetch them, and the fetching.

pub mod cache;
pub mod source;

pub use cache::{Cache, Step};
pub(crate) use source::Place;
pub use source::Source;
