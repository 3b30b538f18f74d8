//! The scanner: proves object-level, function-level and property-level holes in a running API.
//!
//! It does not guess by status codes. It makes objects as one caller, with a unique text (a *canary*) in every
//! free member, and asks for them as another; a read is a hole if the canary comes back, and a write is one if
//! the *owner* sees its effect.
//!
//! | module | holds |
//! |---|---|
//! | [`document`] | the operations of an API, what they do, and where identifiers go |
//! | [`har`] | a captured session in place of a document |
//! | [`word`] | names of fields, parameters and paths |
//! | [`value`] | values for requests: canaries, and what schemas ask for |
//! | [`request`] | requests of operations |
//! | [`identity`] | the callers |
//! | [`exchange`], [`tree`] | requests with their answers, and JSON as objects and values |
//! | [`world`] | the objects that are known, and whose they are |
//! | [`probe`] | the way to the API: budget, rate, one host, a record |
//! | [`session`] | a scan while it runs |
//! | [`check`] | the checks, one file each |
//! | [`verdict`] | what recorded answers prove; pure |
//! | [`plan`] | what a scan would do, without a request |
//! | [`scan`] | a scan from beginning to end |
//! | `suggest` | guard rules that close what was found |
//! | [`report`] | the report, and its formats |
//! | [`baseline`] | findings that are accepted, until when |
//! | `redact` | tokens and passwords in what is printed |

pub mod baseline;
pub mod check;
pub mod document;
pub mod exchange;
pub mod har;
pub mod identity;
pub mod plan;
pub mod probe;
mod redact;
pub mod report;
pub mod request;
pub mod scan;
pub mod session;
mod suggest;
pub mod tree;
pub mod value;
pub mod verdict;
pub mod word;
pub mod world;

pub use scan::{ScanError, Settings, run};
