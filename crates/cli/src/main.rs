//! The `airside` binary.
fn main() {}
