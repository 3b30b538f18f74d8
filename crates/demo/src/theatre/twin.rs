//! The same claims, signed with a shared secret: who can verify can forge.

use airside_jose::{Signer, SigningKey, Typ};
use airside_oauth::key::entropy::Random;
use airside_server::clock::SystemRandom;
use anyhow::Result;
use serde_json::Value;

use crate::{app::Tokens, token::Decoded, world::World};

/// Tokens by HS256.
#[derive(Clone, Debug)]
pub struct Twin {
    /// With the claims of Alice's token.
    pub honest: String,
    /// The same with Bob's `sub`, made with what an API needs to verify the first.
    pub forged: String,
}

impl Twin {
    pub fn of(tokens: &Tokens, world: &World) -> Result<Self> {
        let secret = SystemRandom.draw().bytes::<32>("shared secret");
        let signer = Signer::new(SigningKey::from_secret(&secret)?, "shared");
        let sign = |token: Decoded| {
            let claims = Value::from(token.claims).to_string();
            signer.sign_compact(Typ::AccessToken, claims.as_bytes())
        };
        let real = || Decoded::read(&tokens.access);
        Ok(Self {
            honest: sign(real()?)?,
            forged: sign(real()?.claim("sub", &world.bob.subject))?,
        })
    }
}
