//! The store trait and the contract that every backend must pass.
