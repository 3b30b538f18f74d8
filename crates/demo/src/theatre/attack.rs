//! The attacks: what the thief has, what is really sent, and what stops it. One file a kind.

mod actor;
mod api;
mod code;
mod matrix;
mod mix_up;
mod outcome;
mod public_key;
mod rotation;
mod scanner;
mod side;
mod stopwatch;
mod table;

use anyhow::Result;

use self::actor::Actor;
pub use self::{
    matrix::{CellWord, Matrix, MatrixRow},
    outcome::{Outcome, Outcomes, Sent, Verdict},
    side::Side,
    table::{ATTACKS, Attack, find},
};
use super::company::Company;

/// Tries an attack.
pub async fn play(company: &Company, attack: &Attack) -> Result<Outcome> {
    let mut people = company.people.lock().await;
    let mut actor = Actor {
        company,
        people: &mut people,
        stage: company.stage(),
        outcome: Outcome::default(),
    };
    match attack.id {
        "stolen-code" => code::stolen(&mut actor).await?,
        "code-twice" => code::twice(&mut actor).await?,
        "evil-redirect" => code::evil_redirect(&mut actor).await?,
        "old-refresh-token" => stopwatch::old_refresh_token(&mut actor).await?,
        "alg-none" => api::alg_none(&mut actor).await?,
        "public-key-as-secret" => api::public_key_as_secret(&mut actor).await?,
        "changed-claim" => api::changed_claim(&mut actor).await?,
        "other-api" => api::other_audience(&mut actor).await?,
        "other-account" => api::other_object(&mut actor).await?,
        "admin-function" => api::other_function(&mut actor).await?,
        "mix-up" => mix_up::play(&mut actor).await?,
        "scanner" => scanner::play(&mut actor).await?,
        _ => rotation::play(&mut actor).await?,
    }
    Ok(actor.outcome)
}
