//! The protocol: OAuth 2.1 and OpenID Connect decisions, pure and synchronous.
//!
//! Parameters are parsed once; a check proves itself by a type:
//!
//! ```
//! use airside_oauth::request::{form::SentParams, pkce::CodeChallenge, scope::Scope};
//!
//! let form = SentParams::parse(b"scope=openid+accounts%3Aread&state=&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")?.single(&[])?;
//! assert_eq!(form.one("state"), None); // an empty parameter is an absent one
//!
//! let scope: Scope = form.one("scope").unwrap_or_default().parse()?;
//! assert!(scope.contains("accounts:read"));
//!
//! let challenge: CodeChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".parse()?;
//! assert!(challenge.verify(form.one("code_verifier").unwrap_or_default()).is_ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing here knows a clock, randomness, a file, a socket or a log: they are arguments.
//!
//! | module | holds |
//! |---|---|
//! | [`request`] | parameters: [`form`](request::form), [`scope`](request::scope), [`pkce`](request::pkce), [`redirect_uri`](request::redirect_uri), and the [`access`](request::access) they ask for |
//! | [`client`] | a registered client and its `GrantType`s; [`client_metadata`](client::client_metadata) and [`resource_metadata`](client::resource_metadata) as operators write them, [`stored`](client::stored) as stores keep it; [`client_auth`](client::client_auth) |
//! | [`authorize`] | `/authorize`: the table of [`checks`](authorize::checks), the [`next`](authorize::next()) step, the sealed [`interaction`](authorize::interaction) and [`code`](authorize::code) |
//! | [`token`] | `/token`: one file a grant in [`grant_type`](token::grant_type), the [`audience`](token::audience), [`issue`](token::issue) (the only place where a token is made); [`introspection`](token::introspection), [`revocation`](token::revocation), [`userinfo`](token::userinfo); [`refresh_token`](token::refresh_token), [`released_claim`](token::released_claim), [`presented`](token::presented) |
//! | [`state`] | [`decide`](state::decide): look, decide, commit; the rows: [`grant`](state::grant), [`session`](state::session), [`consent`](state::consent), [`user`](state::user), [`role`](state::role), [`claim`](state::claim); what changes and ends them: [`account`](state::account), [`feed`](state::feed), [`status`](state::status), [`lifetime`](state::lifetime), [`event`](state::event) |
//! | [`key`] | the schedule of signing keys, wrapped keys; [`keyring`](key::keyring), [`vault`](key::vault) (purpose keys), [`secret`](key::secret), [`entropy`](key::entropy) |
//! | [`identity_scope`] | the scopes that release claims of a person |
//! | [`profile`], [`metadata`] | an issuer's name, APIs and lifetimes; the document that it publishes about itself |
//! | [`error`], [`refusal`], [`id`], [`time`] | error codes of the RFCs; the true reasons of refusals; one type for each identifier; points in time |
//! | `schema` | JSON Schemas of texts and numbers |

pub mod authorize;
pub mod client;
pub mod error;
pub mod id;
pub mod identity_scope;
pub mod key;
pub mod metadata;
pub mod profile;
pub mod refusal;
pub mod request;
mod schema;
pub mod state;
pub mod time;
pub mod token;

#[cfg(test)]
mod fixture;
