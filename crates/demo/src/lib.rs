//! The demonstration: every step of the flow, then every attack refused; as text ([`run`]) or as pages
//! in a browser ([`theatre`]).
//!
//! An authorization server, a bank's API and an app run in one process on loopback ports; every
//! message is really sent. Messages are printed as they are sent, with secrets shortened.
//!
//! | module | holds |
//! |---|---|
//! | `world` | the servers, the people and the clients |
//! | `person` | username, password and `sub` |
//! | `bank` | the API: verifies offline, decides by function and by object |
//! | `app` | the OAuth client: its requests |
//! | `callback` | the server that the client's redirect URI names |
//! | `stage` | sends requests and tells them |
//! | `step` | act one: the seven steps |
//! | `attack` | act two: one file an attack |
//! | `narrator`, `redact` | prints, and shortens secrets |
//! | `token` | takes tokens apart, and forges them |
//! | `expectation` | ends the demonstration at an unexpected answer |
//! | [`theatre`] | the pages: the same steps and attacks in a browser |
//! | `bare_bank`, `guarded` | the API of the pages, without any check; the guard in front of it |
//! | `tap`, `wire` | the messages that pass between them |
//!
//! Browser, forms and PKCE are those of [`airside_client`].

mod app;
mod attack;
mod bank;
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
use serde::Serialize;

pub use crate::narrator::{Attack, Step};
use crate::{narrator::Narrator, stage::Stage, world::World};

/// Plays the whole demonstration; `print` gets it line by line.
///
/// The authorization server listens on `listen`, everything else beside it on random ports. Needs a
/// tokio runtime of several threads; nothing is left running or stored afterwards.
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
    let (mut world, doors) = World::start(listen, None, Vec::new()).await?;
    world.serve(doors.bank, world.bank.router());
    world.serve(doors.app, callback::router(world.arrived.clone()));
    let mut stage = Stage::new(&world, Narrator::new(print));
    let played = play(&mut stage).await;
    drop(stage);
    world.stop().await?;
    played
}

/// The steps and attacks of a demonstration.
#[derive(Clone, Debug, Serialize)]
pub struct Played {
    /// The steps that were done.
    pub steps: Vec<Step>,
    /// The attacks that were refused.
    pub attacks: Vec<Attack>,
}

async fn play(stage: &mut Stage<'_>) -> anyhow::Result<Played> {
    stage.introduce();
    let alice = step::all(stage).await?;
    attack::all(stage, alice).await?;
    let played = Played {
        steps: stage.narrator.steps().to_vec(),
        attacks: stage.narrator.attacks().to_vec(),
    };
    let (steps, attacks) = (played.steps.len(), played.attacks.len());
    stage.narrator.blank();
    let summary = format!("{steps} steps done, {attacks} attacks refused");
    stage.narrator.line(&summary);
    Ok(played)
}
