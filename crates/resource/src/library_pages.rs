//! The pages of `docs/library`, whose programs are doctests.

#[doc = include_str!("../../../docs/library/README.md")]
struct FirstProgram;

#[doc = include_str!("../../../docs/library/nested.md")]
struct Nested;

#[doc = include_str!("../../../docs/library/records.md")]
struct Records;

#[doc = include_str!("../../../docs/library/callers.md")]
struct Callers;
