//! The demonstration: every step of the flow, then every attack refused.
