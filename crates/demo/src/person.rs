//! The people who sign in.

use airside_oauth::key::{entropy::Random, secret::Secret};
use airside_server::clock::SystemRandom;

/// A person with an account at the issuer.
#[derive(Clone, Debug)]
pub struct Person {
    pub username: &'static str,
    pub password: Secret,
    /// The `sub` of the person's tokens.
    pub subject: String,
}

impl Person {
    /// Returns a person with a random password, whose `sub` is not known yet.
    pub fn new(username: &'static str) -> Self {
        Self {
            username,
            password: random_secret("password-"),
            subject: String::new(),
        }
    }
}

/// Returns a random secret with a prefix that says whose it is.
pub fn random_secret(prefix: &str) -> Secret {
    Secret::random(prefix, &SystemRandom.draw(), "demo secret")
}
