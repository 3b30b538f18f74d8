//! The resource-server library: offline verification with cached keys.
//!
//! The first argument of a handler says what the caller must be allowed to do, and is the only way to
//! the object:
//!
//! ```no_run
//! # use airside_resource::doc::{Account, State};
//! use airside_resource::{Authorized, ResourceServer, Router, actions, rule};
//!
//! actions! {
//!     ReadAccount reads Account = rule::scope("accounts:read").owner();
//! }
//!
//! async fn account(account: Authorized<Account, ReadAccount>) -> String {
//!     account.name.clone() // 404 for everybody else's
//! }
//!
//! let airside = ResourceServer::trusting("https://id.example.com").for_audience("https://api.example.com").build()?;
//! let router = Router::new().get("/accounts/{id}", account).build(State { airside })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! For authentication alone there is the extractor [`Caller`] and the [`AuthenticationLayer`].
//!
//! The library does not restrict code that reads the database without it.
//!
//! | module | holds |
//! |---|---|
//! | [`resource_server`] | one API's view of its issuer; verifying, with a cache of verified tokens |
//! | [`action`] | the list of an API's actions, each with its rule |
//! | [`rule`] | the functions that begin a rule |
//! | `membership` | members that are records themselves |
//! | [`permission`] | the rule of an action: one of the code, or policies |
//! | `path` | the parameters of a request's path, and the columns that they set |
//! | `version` | versions of records, `ETag` and `If-Match` |
//! | `entity_tag` | the entity tag of a version |
//! | [`record`] | the objects of an API: rows that are only reached through a rule |
//! | [`declaration`] | the first argument of a handler: proof that its rule is met |
//! | [`router`] | routes, none without a declaration |
//! | [`layer`] | a tower layer that lets verified tokens pass |
//! | [`metadata`] | the metadata that an API publishes |
//! | [`matrix`] | a test helper: a table of callers and requests |
//! | [`memory`], `sqlite`, `postgres` | records without a database, in SQLite, and in PostgreSQL (features) |
//! | [`transaction`] | several changes that happen together or not at all |
//! | `testing` | tokens for the tests of an API, and the contract of an adapter (feature `testing`) |
//! | `dpop` | DPoP proofs at an API |
//! | [`bearer`] | finding the token in a request |
//! | [`caller`] | the authenticated caller; an axum extractor |
//! | [`jwks`] | the issuer's keys: a pure plan, and the fetching around it |
//! | [`discovery`] | the metadata of an issuer |
//! | [`issuer_connection`] | the requirements of the connection to the issuer |
//! | [`introspection`] | asking the issuer about each token instead |
//! | [`revocation`] | tokens that are revoked before they expire |
//! | [`feed`] | follows the issuer's feed of revocations |
//! | [`status_list`] | reads revocations in lists that need no credentials |
//! | [`rejection`] | the answers to refused requests |
//! | [`clock`] | the clock, an input |

pub mod action;
pub mod bearer;
pub mod caller;
pub mod clock;
pub mod declaration;
pub mod discovery;
mod dpop;
mod entity_tag;
pub mod feed;
pub mod introspection;
pub mod issuer_connection;
pub mod jwks;
pub mod layer;
pub mod matrix;
mod membership;
pub mod memory;
pub mod metadata;
mod path;
pub mod permission;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod record;
pub mod rejection;
pub mod resource_server;
pub mod revocation;
pub mod router;
#[cfg(feature = "sqlite")]
pub mod sqlite;
pub mod status_list;
#[cfg(feature = "testing")]
pub mod testing;
pub mod transaction;
mod version;

pub use action::{
    Action, CreateAction, FunctionAction, ObjectAction, PublicAction, RecordAction, WriteAction,
};
pub use airside_derive::Record;
pub use airside_jose::UnixSeconds;
pub use airside_net::{RequestBody, answer_when_read};
pub use airside_policy::{self as policy, rule};
pub use caller::Caller;
pub use declaration::{Authorized, Create, Function, Listed, Public};
pub use discovery::{DiscoveryError, discover};
pub use dpop::UsedProofs;
pub use feed::{Feed, FeedError, FeedOptions};
pub use introspection::{
    IntrospectedToken, IntrospectionOptions, Introspector, client_secret_basic,
};
pub use issuer_connection::IssuerConnection;
pub use layer::AuthenticationLayer;
pub use membership::members;
pub use metadata::ProtectedResource;
pub use permission::{FunctionPermission, ObjectPermission, OrThroughParent, ThroughParent};
pub use record::{
    BelongsTo, ColumnValue, Count, FromRow, Key, Order, Query, Record, Records, RecordsError,
};
pub use rejection::{Rejection, enforce};
pub use resource_server::{
    Builder, ClientCertificate, KeyState, ResourceServer, SetUpError, TokenCacheState,
    TrustedIssuer,
};
pub use revocation::{RevocableToken, Revocations};
pub use router::{Api, BuildError, MissingIndex, OpenApiError, ReadinessError, Router};
pub use status_list::OnUnavailable;
pub use transaction::Transactional;

/// The names that almost every file of an API uses.
pub mod prelude {
    pub use crate::{
        Api, Authorized, BelongsTo, Caller, Create, Function, Listed, OrThroughParent, Public,
        Record, Rejection, ResourceServer, Router, ThroughParent, Transactional, actions,
        policy::{Membership, Predicate, Value},
        rule,
    };
}

#[doc(hidden)]
pub mod doc;

#[cfg(all(doctest, feature = "sqlite"))]
mod library_pages;

#[cfg(test)]
mod fixture;
