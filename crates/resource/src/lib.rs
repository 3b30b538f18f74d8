//! The resource-server library: offline verification with cached keys.
//!
//! ```no_run
//! use airside_policy::{Need, Object};
//! use airside_resource::{Airside, Caller, Rejection};
//! use axum::{Router, routing::get};
//!
//! async fn account(caller: Caller) -> Result<&'static str, Rejection> {
//!     let rule = Need::scope("accounts:read").owner();
//!     caller.require(rule.need())?;
//!     caller.require_for(&rule, &Object::owned_by("alice"))?; // 404 for everybody else
//!     Ok("42")
//! }
//!
//! let airside = Airside::for_api("https://id.example.com", "https://api.example.com").build()?;
//! let router: Router = Router::new().route("/account", get(account)).with_state(airside);
//! # Ok::<(), airside_net::FetchError>(())
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`airside`] | one API's view of its issuer; verifying, with a cache of verified tokens |
//! | [`bearer`] | finding the token in a request |
//! | [`caller`] | axum extractor and middleware; the checks a handler makes |
//! | [`jwks`] | the issuer's keys: a pure plan, and the fetching around it |
//! | [`revocation`] | tokens that died before they expired |
//! | [`rejection`] | what a refused request is answered |
//! | [`clock`] | where the time comes from |

pub mod airside;
pub mod bearer;
pub mod caller;
pub mod clock;
pub mod jwks;
pub mod rejection;
pub mod revocation;

pub use airside::{Airside, Builder};
pub use caller::{Caller, authenticate};
pub use rejection::{Rejection, obey};
pub use revocation::{RevocableToken, Revocations};

#[cfg(test)]
mod testing;
