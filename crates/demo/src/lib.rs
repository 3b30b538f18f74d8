//! The demonstration: every step of the flow, then every attack refused; as text ([`run`]) or as pages
//! in a browser ([`theatre`]).
//!
//! An authorization server, a bank's API and an app run in one process on loopback ports; every
//! message is really sent. Messages are printed as they are sent, with secrets shortened.
//!
//! | module | holds |
//! |---|---|
//! | [`theatre`] | the steps and the attacks, as pages and as text |
//! | `world` | the servers, the people and the clients |
//! | `person` | username, password and `sub` |
//! | `bare_bank`, `guarded` | the API, without any check; the guard in front of it |
//! | `app` | the OAuth client: its requests |
//! | `callback` | the address to which browsers are sent back |
//! | `stage`, `step` | sends requests; signs people in |
//! | `tap`, `wire` | the messages that pass between them |
//! | `narrator`, `redact` | prints, and shortens secrets |
//! | `token` | takes tokens apart, and forges them |
//! | `expectation` | ends the demonstration at an unexpected answer |
//!
//! Browser, forms and PKCE are those of [`airside_client`].

mod app;
mod bare_bank;
mod callback;
mod expectation;
mod guarded;
mod narrator;
mod person;
mod redact;
mod stage;
mod step;
mod tap;
pub mod theatre;
mod token;
mod wire;
mod world;

use std::net::SocketAddr;

use anyhow::ensure;

pub use crate::theatre::{Played, PlayedAttack, PlayedStep};

/// Plays the whole demonstration; `print` gets it line by line.
///
/// The servers listen on the host of `listen`, on random ports. Needs a tokio runtime of several threads;
/// nothing is left running or stored afterwards.
///
/// # Errors
///
/// Fails if the address is not loopback, if a server does not start, or at the first unexpected
/// answer, with the expectation and the answer.
pub async fn run(
    listen: SocketAddr,
    print: &mut (dyn FnMut(&str) + Send),
) -> anyhow::Result<Played> {
    ensure!(
        listen.ip().is_loopback(),
        "the demo listens on a loopback address only, not on `{listen}`"
    );
    theatre::tell(listen, print).await
}
