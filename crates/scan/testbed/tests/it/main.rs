//! The testbed's own tests: each switch by direct requests, the documents, the traps; and the scanner against it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod document;
mod fence;
mod foreign;
mod har;
mod look_alike;
mod measure;
mod probe;
mod replay;
mod report;
mod shape;
mod stage;
mod switch;
mod world;
