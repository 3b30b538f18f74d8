//! The contract that every backend must pass.
