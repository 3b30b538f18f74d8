//! One way to read a configuration: typed keys, places, and everything that is wrong at once.
//!
//! A file is described by a [`Registry`] of sections, each made by [`section!`]. What is read, the
//! environment that is laid over it, the JSON schema and the reference document follow from it.
//!
//! ```
//! use std::{collections::BTreeMap, io, path::{Path, PathBuf}, time::Duration};
//! use airside_config::{Given, Inputs, Registry, Section, Table, key::*, section};
//!
//! section! {
//!     /// `[cache]`.
//!     pub CACHE: Cache = table("cache"), "What is kept." {
//!         lifetime: Key<Duration> = duration(1, 60 * 60).or(Duration::from_secs(60)),
//!             "How long.";
//!     }
//! }
//!
//! static REGISTRY: Registry = Registry::new("example.toml", &[Cache::INFO]);
//!
//! let read = |_: &Path| Ok::<_, io::Error>("[cache]\nlifetime = \"5m\"\n".to_owned());
//! let given = Given::read(&REGISTRY, &Inputs {
//!     file: None,
//!     flags: Vec::new(),
//!     variables: &BTreeMap::new(),
//!     working_directory: PathBuf::new(),
//!     read: &read,
//! })?;
//! let cache = Table::<Cache>::of(&given.root);
//! assert_eq!(cache.get(&CACHE.lifetime), Duration::from_secs(300));
//! # Ok::<(), airside_config::Problems>(())
//! ```
//!
//! A key that is not registered does not compile:
//!
//! ```compile_fail,E0609
//! # use std::time::Duration;
//! # use airside_config::{Table, key::*, section};
//! section! {
//!     pub CACHE: Cache = table("cache"), "What is kept." {
//!         lifetime: Key<Duration> = duration(1, 60).or(Duration::from_secs(60)), "How long.";
//!     }
//! }
//! fn read(cache: &Table<'_, Cache>) -> Duration {
//!     cache.get(&CACHE.liftime)
//! }
//! ```
//!
//! Nor does a key of another section:
//!
//! ```compile_fail,E0308
//! # use std::time::Duration;
//! # use airside_config::{Table, key::*, section};
//! section! {
//!     pub CACHE: Cache = table("cache"), "What is kept." {
//!         lifetime: Key<Duration> = duration(1, 60).or(Duration::from_secs(60)), "How long.";
//!     }
//! }
//! section! {
//!     pub TOKENS: Tokens = table("tokens"), "What is issued." {
//!         lifetime: Key<Duration> = duration(1, 60).or(Duration::from_secs(60)), "How long.";
//!     }
//! }
//! fn read(cache: &Table<'_, Cache>) -> Duration {
//!     cache.get(&TOKENS.lifetime)
//! }
//! ```
//!
//! Nor is a duration a number:
//!
//! ```compile_fail,E0308
//! # use std::time::Duration;
//! # use airside_config::{Table, key::*, section};
//! section! {
//!     pub CACHE: Cache = table("cache"), "What is kept." {
//!         lifetime: Key<u32> = duration(1, 60).or(Duration::from_secs(60)), "How long.";
//!     }
//! }
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`key`], [`registry`] | what may be in a file |
//! | [`document`], [`problem`] | TOML whose values know their places, and what is wrong with them |
//! | [`overlay`] | environment variables and flags |
//! | [`shape`], [`value`] | whether a document has the form that the registry says |
//! | [`table`], [`reader`] | reading a document by keys; files and secrets |
//! | [`log`] | the section `[log]`, which every program has |
//! | [`schema`], [`mod@reference`], [`show`] | what follows from a registry |

pub mod document;
pub mod duration;
pub mod given;
pub mod key;
pub mod log;
pub mod nearest;
pub mod overlay;
pub mod problem;
pub mod reader;
pub mod reference;
pub mod registry;
pub mod schema;
pub mod shape;
pub mod show;
pub mod table;
pub mod value;
mod variable;

pub use document::{Entry, Node};
pub use given::{Given, Inputs};
pub use key::{Key, Optional};
pub use overlay::Flag;
pub use problem::{Place, Problem, Problems, Source};
pub use reader::{Reader, SecretRules, SecretText};
pub use registry::{Registry, Section, SectionInfo};
pub use table::Table;
