//! Act two: what is refused. One file an attack.

mod another_audience;
mod changed_claim;
mod changed_redirect_uri;
mod other_function;
mod other_object;
mod public_key_as_secret;
mod replayed_code;
mod replayed_refresh_token;
mod scene;
mod unsigned;
mod wrong_verifier;

use anyhow::Result;

use self::scene::Cast;
pub use self::{
    public_key_as_secret::public_key_pem,
    scene::{introspect, userinfo},
};
use crate::{
    expectation::same,
    stage::{Guest, Stage},
};

/// Plays every attack.
pub async fn all(stage: &mut Stage<'_>, alice: Guest) -> Result<()> {
    stage.narrator.act("ACT TWO: what is refused");
    let mut cast = Cast::new(stage, alice).await?;
    let alice = &mut cast.alice.visitor;
    wrong_verifier::play(stage, alice).await?;
    replayed_code::play(stage, alice).await?;
    replayed_refresh_token::play(stage, alice).await?;
    changed_claim::play(stage, &cast).await?;
    unsigned::play(stage, &cast).await?;
    public_key_as_secret::play(stage, &cast).await?;
    another_audience::play(stage, &mut cast.alice).await?;
    other_object::play(stage, &cast).await?;
    other_function::play(stage, &cast).await?;
    changed_redirect_uri::play(stage, &mut cast.alice.visitor).await?;
    same("attacks refused", &10, &stage.narrator.attacks().len())
}
