//! The `prompt` parameter: the pages that a request wants shown.

use super::input::Input;
use crate::{error::OAuthError, refusal::RefusalReason as Reason};

/// The pages that the person must be shown (OIDC Core §3.1.2.1, `prompt`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// Nothing at all: answer at once or fail.
    pub none: bool,
    /// The sign-in, even if there is a session.
    pub login: bool,
    /// The choice of an account, even if there is a session.
    pub select_account: bool,
    /// The consent, even if it was given.
    pub consent: bool,
}

/// Returns the pages that the person must be shown.
pub(in crate::authorize) fn prompt(input: &Input<'_>) -> Result<Prompt, OAuthError> {
    let mut prompt = Prompt::default();
    let Some(text) = input.params.one("prompt") else {
        return Ok(prompt);
    };
    for value in text.split(' ') {
        match value {
            "none" => prompt.none = true,
            "login" => prompt.login = true,
            "select_account" => prompt.select_account = true,
            "consent" => prompt.consent = true,
            other => return Err(unsupported(other)),
        }
    }
    // OIDC-Core-3.1.2.1: none with any other value is an error
    if prompt.none && (prompt.login || prompt.select_account || prompt.consent) {
        return Err(OAuthError::invalid_request("prompt=none stands alone")
            .because_of(Reason::ParameterMalformed, "prompt"));
    }
    Ok(prompt)
}

fn unsupported(value: &str) -> OAuthError {
    match value {
        // OIDC-Create-4.1: a value that is not supported is an error
        "create" => OAuthError::invalid_request(
            "prompt=create is not supported: people cannot make accounts here",
        ),
        _ => OAuthError::invalid_request(format!(
            "prompt is a list of {} separated by single spaces",
            PROMPT_VALUES.join(", ")
        ))
        .because_of(Reason::ParameterMalformed, "prompt"),
    }
}

/// The values of `prompt`. A browser has one session, so that with `select_account` another account is
/// chosen by signing in to it.
pub const PROMPT_VALUES: [&str; 4] = ["none", "login", "consent", "select_account"];
