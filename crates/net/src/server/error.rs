//! Errors of services and bodies.

/// An error of a service or a body, boxed.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
