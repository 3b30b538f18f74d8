//! The rules of secrets in the configuration.

use airside_config::SecretRules;
use airside_server::settings::Mode;

/// Off development mode a secret is not written in the file, and hard to guess.
pub(super) const fn secret_rules(mode: Mode) -> SecretRules {
    match mode {
        Mode::Development => SecretRules {
            may_be_literal: true,
            least_characters: 0,
        },
        Mode::Production => SecretRules {
            may_be_literal: false,
            least_characters: MIN_SECRET,
        },
    }
}

/// In characters; also in bytes the least that HS256 takes (RFC 7518 §3.2).
pub(super) const MIN_SECRET: usize = 32;
