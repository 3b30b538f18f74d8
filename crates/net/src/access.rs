//! The access log: one line for each request, of server and guard alike.

/// The target of its lines: `RUST_LOG=info,access=off` switches them off, and no limit cuts them.
pub const TARGET: &str = "access";
