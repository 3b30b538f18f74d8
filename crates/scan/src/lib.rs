//! The scanner.

pub mod document;
pub mod value;
pub mod word;
