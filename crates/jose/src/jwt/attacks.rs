//! Attacks on tokens, and the legal tokens that must pass beside them.

mod binding;
mod claim;
mod encoding;
mod header;
mod profile;
mod provider;
mod signature;
mod time;
