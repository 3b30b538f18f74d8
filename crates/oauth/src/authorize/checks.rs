//! The checks of an authorization request, in order: one row each, one screen in all.

pub(super) mod claims;
mod input;
mod prompt;

pub use input::Input;
pub(super) use prompt::prompt;
pub use prompt::{PROMPT_VALUES, Prompt};

use std::time::Duration;

use super::response::ResponseMode;
use crate::{
    client::GrantType,
    error::{ErrorCode, OAuthError},
    refusal::RefusalReason as Reason,
    request::{access::Access, pkce::CodeChallenge, scope::Scope},
    token::audience,
};

/// One rule about the request; its failure goes to the redirect URI.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// The rule in a few words.
    pub rule: &'static str,
    /// Refuses a request that breaks it.
    pub run: fn(&Input<'_>) -> Result<(), OAuthError>,
}

/// Every check. All of them run when a request arrives and again at every submit of a page.
pub const TABLE: &[Check] = &[
    Check {
        rule: "no request objects",
        run: no_request_objects,
    },
    Check {
        rule: "response_type is code",
        run: response_type,
    },
    Check {
        rule: "response_mode is query or form_post",
        run: response_mode,
    },
    Check {
        rule: "the client may use the code flow",
        run: grant_allowed,
    },
    Check {
        rule: "PKCE with S256",
        run: |input| code_challenge(input).map(drop),
    },
    Check {
        rule: "without PKCE, nonce or state",
        run: nonce_or_state,
    },
    Check {
        rule: "scope and resource fit",
        run: |input| access(input).map(drop),
    },
    Check {
        rule: "essential claims can be met",
        run: |input| claims::essential_acr(input).map(drop),
    },
    Check {
        rule: "prompt is understood",
        run: |input| prompt(input).map(drop),
    },
    Check {
        rule: "max_age is a number",
        run: |input| max_age(input).map(drop),
    },
    Check {
        rule: "nothing is too long",
        run: lengths,
    },
];

fn no_request_objects(input: &Input<'_>) -> Result<(), OAuthError> {
    // OIDC-Core-3.1.2.6: say which one is not supported
    if input.params.present("request") {
        let code = ErrorCode::RequestNotSupported;
        let error = OAuthError::new(code, "request objects are not supported");
        return Err(error.because_of(Reason::ParameterUnsupported, "request"));
    }
    if input.params.present("request_uri") {
        let code = ErrorCode::RequestUriNotSupported;
        let error = OAuthError::new(code, "request_uri is not supported");
        return Err(error.because_of(Reason::ParameterUnsupported, "request_uri"));
    }
    Ok(())
}

fn response_type(input: &Input<'_>) -> Result<(), OAuthError> {
    match one(input, "response_type") {
        Some("code") => Ok(()),
        None => Err(
            OAuthError::invalid_request("response_type is missing: it must be code")
                .because_of(Reason::ParameterMissing, "response_type"),
        ),
        // OAuth2.1-10.1: the implicit and hybrid flows do not exist
        Some(_) => Err(OAuthError::new(
            ErrorCode::UnsupportedResponseType,
            "response_type must be code, and nothing else",
        )
        .because(Reason::ResponseTypeUnsupported)),
    }
}

fn response_mode(input: &Input<'_>) -> Result<(), OAuthError> {
    let Some(sent) = one(input, "response_mode") else {
        return Ok(());
    };
    match ResponseMode::parse(sent) {
        // an operating system passes an address on, and no form
        Some(ResponseMode::FormPost) if input.redirect_uri.is_private_scheme() => {
            let message = "response_mode=form_post needs a redirect_uri of http or https";
            Err(OAuthError::invalid_request(message).because(Reason::ResponseModeUnsupported))
        }
        Some(_) => Ok(()),
        None => Err(
            OAuthError::invalid_request("response_mode must be query or form_post")
                .because(Reason::ResponseModeUnsupported),
        ),
    }
}

fn grant_allowed(input: &Input<'_>) -> Result<(), OAuthError> {
    if input.client.allows(GrantType::AuthorizationCode) {
        return Ok(());
    }
    Err(OAuthError::new(
        ErrorCode::UnauthorizedClient,
        "this client is not registered for the grant type authorization_code",
    )
    .because_of(Reason::GrantTypeNotRegistered, "authorization_code"))
}

/// The code challenge (RFC 7636 §4.3); none only for a client that is exempt and sent none.
pub(super) fn code_challenge(input: &Input<'_>) -> Result<Option<CodeChallenge>, OAuthError> {
    let sent = one(input, "code_challenge");
    let method = one(input, "code_challenge_method");
    let Some(challenge) = sent else {
        return without_challenge(input, method).map(|()| None);
    };
    if method != Some("S256") {
        // RFC7636-4.3: a missing method means plain, which does not exist here
        return Err(
            OAuthError::invalid_request("code_challenge_method must be S256")
                .because(Reason::CodeChallengeMalformed),
        );
    }
    challenge.parse().map(Some).map_err(|_| {
        OAuthError::invalid_request("code_challenge is not 43 characters of base64url")
            .because(Reason::CodeChallengeMalformed)
    })
}

fn without_challenge(input: &Input<'_>, method: Option<&str>) -> Result<(), OAuthError> {
    // RFC9700-4.8.2: leaving it out must not be a way around it
    if input.client.settings.require_pkce || input.client.is_public() || method.is_some() {
        return Err(OAuthError::invalid_request(
            "code_challenge is missing: PKCE is required, with code_challenge_method=S256",
        )
        .because(Reason::CodeChallengeMissing));
    }
    Ok(())
}

fn nonce_or_state(input: &Input<'_>) -> Result<(), OAuthError> {
    // RFC9700-2.1.1: what ties the answer to this browser's request, where no verifier does
    let is_tied = ["code_challenge", "nonce", "state"]
        .iter()
        .any(|name| input.params.present(name));
    match is_tied {
        true => Ok(()),
        false => Err(OAuthError::invalid_request(
            "without code_challenge, nonce or state must be sent",
        )),
    }
}

/// Returns the access that the request asks for.
pub(super) fn access(input: &Input<'_>) -> Result<Access, OAuthError> {
    let scope: Option<Scope> = one(input, "scope").map(str::parse).transpose()?;
    let scope = scope.map(|scope| audience::understood(input.profile, input.client, &scope));
    let resources = input.params.all("resource").map(str::to_owned);
    let resources: Vec<String> = resources.collect();
    let access = audience::access(input.profile, input.client, scope.as_ref(), &resources)?;
    Ok(Access {
        single_claims: claims::single(input, &access)?,
        ..access
    })
}

/// Returns the maximal age of the sign-in; 0 means: sign in now.
pub(super) fn max_age(input: &Input<'_>) -> Result<Option<Duration>, OAuthError> {
    let Some(text) = one(input, "max_age") else {
        // OIDC-Registration-2: the request's own age overrides the registered one
        return Ok(input.client.settings.default_max_age);
    };
    let digits = text.len() <= 10 && text.bytes().all(|b| b.is_ascii_digit());
    let seconds: Option<u64> = digits.then(|| text.parse().ok()).flatten();
    match seconds {
        Some(seconds) => Ok(Some(Duration::from_secs(seconds))),
        None => Err(
            OAuthError::invalid_request("max_age is a number of seconds")
                .because_of(Reason::ParameterMalformed, "max_age"),
        ),
    }
}

fn lengths(input: &Input<'_>) -> Result<(), OAuthError> {
    let long = LENGTHS
        .iter()
        .find(|(name, most)| one(input, name).is_some_and(|v| v.len() > *most));
    match long {
        Some((name, most)) => Err(OAuthError::invalid_request(format!(
            "the parameter `{name}` is longer than {most} bytes"
        ))
        .because_of(Reason::ParameterMalformed, *name)),
        None => Ok(()),
    }
}

/// A code carries the nonce and the redirect URI, and must fit into a URL. A hint may be as long
/// as the longest JWS that is read: it is an ID token of this issuer.
const LENGTHS: [(&str, usize); 5] = [
    ("nonce", 256),
    ("state", 2048),
    ("login_hint", 256),
    ("id_token_hint", 8 * 1024),
    ("claims", 4096),
];

fn one<'a>(input: &Input<'a>, name: &str) -> Option<&'a str> {
    input.params.one(name)
}

#[cfg(test)]
mod tests;
