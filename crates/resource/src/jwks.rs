//! The issuer's keys: where they are, and how they are fetched and kept.

mod file;
mod keys;
mod location;
mod source;

pub(crate) use file::KeysFile;
pub(crate) use keys::Keys;
pub(crate) use location::JwksLocation;
pub(crate) use source::JwksSource;
