//! Measures the cost of an answer of the token endpoint, without the socket and the disk: the decision, and
//! making its tokens, beside the bare signature.
//!
//! ```sh
//! cargo bench -p airside-oauth --bench token
//! cargo bench -p airside-oauth --bench token -- decide
//! cargo bench -p airside-oauth --bench token -- sign
//! ```

#![expect(clippy::unwrap_used, clippy::panic, reason = "a benchmark")]

mod decide;
mod sign;
mod world;

use criterion::{criterion_group, criterion_main};

criterion_group!(benches, decide::decide, sign::sign);
criterion_main!(benches);
