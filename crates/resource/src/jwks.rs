//! The issuer's keys: when to fetch them, and the fetching.

pub mod cache;
mod file;
mod keys;
pub mod source;

pub use cache::{Cache, Step};
pub(crate) use file::KeysFile;
pub(crate) use keys::Keys;
pub(crate) use source::Place;
pub use source::Source;
