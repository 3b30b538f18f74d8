//! A vulnerable API with one switch a hole: the ground truth of the scanner.
//!
//! With all switches off the API is secure. Each [`Hole`] opens one hole and says where it is and what kind
//! it is. Objects, ids and tokens come from a seeded generator and time from a [`Clock`], so that two runs
//! are alike.
//!
//! | module | holds |
//! |---|---|
//! | [`hole`] | the holes: name, class, operations |
//! | [`class`] | classes of holes with their CWE and OWASP ids |
//! | [`clock`] | the time: of the machine, or stepped by each request |
//! | [`condition`] | limits of rate, ends of sessions, failures |
//! | [`document`] | the OpenAPI documents: true ones, one without schemas, one with errors |
//! | [`foreign`] | two vulnerable APIs in other languages |
//! | [`measure`] | the scanner against the holes: recall and precision |
//! | `testbed` | the API as a value |
//! | `access` | every access decision, and the only place that a hole turns off |
//! | `app`, `database`, `seed`, `random` | the state: clock, holes, tables, first objects |
//! | `caller`, `fields`, `answer` | what a request carries, and what it is answered |
//! | `resource` | the operations: one file a resource |

pub mod class;
pub mod clock;
pub mod condition;
pub mod document;
pub mod foreign;
pub mod hole;
pub mod measure;

mod access;
mod answer;
mod app;
mod caller;
mod database;
mod fields;
mod random;
mod resource;
mod seed;
mod testbed;

pub use class::HoleClass;
pub use clock::Clock;
pub use condition::Conditions;
pub use document::Variant;
pub use foreign::{Foreign, RunningForeign};
pub use hole::{Hole, Holes};
pub use testbed::{PEOPLE, Person, Testbed};
