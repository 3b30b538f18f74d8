//! One way to read a configuration: typed keys, spans, and all problems at once.
//!
//! A file is described by a [`Registry`] of sections, each made by [`section!`]. The parser, the
//! environment that is laid over the file, the JSON schema and the reference document follow from it.
//!
//! ```
//! use std::{collections::BTreeMap, io, path::{Path, PathBuf}, time::Duration};
//! use airside_config::{RawConfig, Inputs, Registry, Section, Table, key::*, section};
//!
//! section! {
//!     /// `[cache]`.
//!     pub CACHE: Cache = table("cache"), "The cache." {
//!         lifetime: Key<Duration> = duration(1, 60 * 60).or(Duration::from_secs(60)),
//!             "The lifetime of an entry.";
//!     }
//! }
//!
//! static REGISTRY: Registry = Registry::new("example.toml", &[Cache::INFO]);
//!
//! let read = |_: &Path| Ok::<_, io::Error>("[cache]\nlifetime = \"5m\"\n".to_owned());
//! let config = RawConfig::read(&REGISTRY, &Inputs {
//!     file: None,
//!     flags: Vec::new(),
//!     variables: &BTreeMap::new(),
//!     working_directory: PathBuf::new(),
//!     read: &read,
//! })?;
//! let cache = Table::<Cache>::of(&config.root);
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
//!     pub CACHE: Cache = table("cache"), "The cache." {
//!         lifetime: Key<Duration> = duration(1, 60).or(Duration::from_secs(60)), "The lifetime of an entry.";
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
//!     pub CACHE: Cache = table("cache"), "The cache." {
//!         lifetime: Key<Duration> = duration(1, 60).or(Duration::from_secs(60)), "The lifetime of an entry.";
//!     }
//! }
//! section! {
//!     pub TOKENS: Tokens = table("tokens"), "Issued tokens." {
//!         lifetime: Key<Duration> = duration(1, 60).or(Duration::from_secs(60)), "The lifetime of an entry.";
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
//!     pub CACHE: Cache = table("cache"), "The cache." {
//!         lifetime: Key<u32> = duration(1, 60).or(Duration::from_secs(60)), "The lifetime of an entry.";
//!     }
//! }
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`key`], [`kind`], [`registry`] | the keys that a file may have |
//! | [`document`], [`problem`] | TOML whose values know their spans, and its problems |
//! | [`raw_config`], [`overlay`], `variable` | the file with environment variables and flags laid over it |
//! | [`shape`], [`value`] | the check of a document against the registry |
//! | [`duration`], [`nearest`] | lengths of time as text; the nearest of some words |
//! | [`table`], [`reader`] | reading a document by keys; files and secrets |
//! | [`log`] | the section `[log]`, which every program has |
//! | [`schema`], [`mod@reference`], [`show`] | documents that are generated from a registry |

pub mod document;
pub mod duration;
pub mod key;
pub mod kind;
pub mod log;
pub mod nearest;
pub mod overlay;
pub mod problem;
pub mod raw_config;
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
pub use key::{Key, Optional};
pub use kind::SectionInfo;
pub use overlay::Flag;
pub use problem::{Problem, Problems, Source, Span};
pub use raw_config::{Inputs, RawConfig};
pub use reader::{Reader, SecretRules, SecretText};
pub use registry::{Registry, Section};
pub use table::Table;
