//! The network edge: accept loop, TLS with reload, drain, and one hardened fetcher.
