//! The resource-server library: offline verification with cached keys.
