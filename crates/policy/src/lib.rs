//! Function-level and object-level authorization rules: pure decisions with reasons.
