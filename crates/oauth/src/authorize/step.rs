//! The next step of a good request: sign in, ask for consent, issue a code, or refuse.

use std::time::Duration;

use crate::{
    authorize::{AuthorizationRequest, SignedIn},
    error::{ErrorCode, OAuthError},
    id::SessionId,
    profile::IssuerProfile,
    refusal::RefusalReason,
    state::{decide::Facts, session::Session},
    time::Time,
};

/// The steps that the person completed for this request, as far as a page of this issuer proves them.
///
/// A page proves what its own submit did. Two timestamps prove nothing: a sign-in in another tab is
/// not an answer to this request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompletedSteps {
    /// They signed in for it, in this session.
    pub signed_in: Option<SessionId>,
    /// They chose the account of this session for it, or signed in to it.
    pub selected: Option<SessionId>,
    /// They pressed "allow" on a page made for this request, session and browser.
    pub allowed: bool,
}

/// The next step of a request.
#[derive(Debug)]
pub enum Next<'a> {
    /// Show the sign-in page.
    SignIn,
    /// Ask this person whether they go on with their account.
    SelectAccount(SignedIn<'a>),
    /// Show the consent page to this person.
    Consent(SignedIn<'a>),
    /// Issue a code that rests on a consent of this epoch, if it rests on one.
    Issue(SignedIn<'a>, Option<u32>),
    /// Send this error to the client.
    Refuse(OAuthError),
}

/// Decides what must happen next.
pub fn next<'a>(
    request: &AuthorizationRequest,
    facts: &'a Facts,
    profile: &IssuerProfile,
    interacted: CompletedSteps,
    now: Time,
) -> Next<'a> {
    let Some(person) = SignedIn::of(facts, profile, now) else {
        return sign_in(request);
    };
    let just_signed_in = interacted.signed_in == Some(person.session.id);
    if !just_signed_in && must_sign_in_again(request, person.session, now) {
        return sign_in(request);
    }
    if !is_met(request.essential_acr.as_ref(), person.session) {
        return refuse(
            ErrorCode::UnmetAuthenticationRequirements,
            "the sign-in has none of the essential acr values",
        );
    }
    let expected = request.expected_users.as_ref();
    if expected.is_some_and(|expected| !expected.contains(&person.user.id)) {
        return signed_in_as_another(request, just_signed_in);
    }
    // OIDC-Core-3.1.2.1: the person chooses, even if there is one session only
    if request.prompt.select_account && interacted.selected != Some(person.session.id) {
        return Next::SelectAccount(person);
    }
    match consent(request, facts, interacted.allowed) {
        Consent::Needless => Next::Issue(person, None),
        Consent::Given(epoch) => Next::Issue(person, Some(epoch)),
        Consent::Missing if request.prompt.none => refuse(
            ErrorCode::ConsentRequired,
            "the person has not allowed this yet",
        ),
        Consent::Missing => Next::Consent(person),
    }
}

fn signed_in_as_another<'a>(request: &AuthorizationRequest, just_signed_in: bool) -> Next<'a> {
    // OIDC-Core-3.1.2.1, OIDC-Core-5.5.1: the hint or the claims name another user
    if !just_signed_in && !request.prompt.none {
        return Next::SignIn;
    }
    let error = OAuthError::new(
        ErrorCode::LoginRequired,
        "another person is signed in than id_token_hint or claims names",
    );
    Next::Refuse(error.because(RefusalReason::SignedInAsAnother))
}

fn sign_in<'a>(request: &AuthorizationRequest) -> Next<'a> {
    if request.prompt.none {
        // OIDC-Core-3.1.2.6: no page may be shown
        return refuse(
            ErrorCode::LoginRequired,
            "nobody is signed in, or not recently enough",
        );
    }
    Next::SignIn
}

fn must_sign_in_again(request: &AuthorizationRequest, session: &Session, now: Time) -> bool {
    // OIDC-Core-3.1.2.1: max_age=0 is as good as prompt=login
    let too_old = |age: Duration| age.is_zero() || !now.within(age, session.authentication.at);
    request.prompt.login
        || request.max_age.is_some_and(too_old)
        || !is_met(request.essential_acr.as_ref(), session)
}

/// Returns true if the sign-in has one of the classes, or any will do (OIDC Core §5.5.1.1).
fn is_met(classes: Option<&Vec<String>>, session: &Session) -> bool {
    let acr = session.authentication.acr();
    classes.is_none_or(|classes| classes.iter().any(|class| acr == Some(class.as_str())))
}

enum Consent {
    Needless,
    Given(u32),
    Missing,
}

fn consent(request: &AuthorizationRequest, facts: &Facts, allowed: bool) -> Consent {
    let client = &request.destination.client;
    let remembered = facts.consent.as_ref();
    if allowed {
        return Consent::Given(remembered.map_or(0, |consent| consent.epoch));
    }
    if client.settings.first_party && !client.is_public() && !request.prompt.consent {
        return Consent::Needless;
    }
    let impersonable = request.destination.is_impersonable();
    let covered = remembered.filter(|consent| consent.allowed.covers(&request.access));
    match covered {
        Some(consent) if !request.prompt.consent && !impersonable => Consent::Given(consent.epoch),
        _ => Consent::Missing,
    }
}

fn refuse<'a>(code: ErrorCode, description: &str) -> Next<'a> {
    let reason = match code {
        ErrorCode::LoginRequired => RefusalReason::SignInRequired,
        ErrorCode::ConsentRequired => RefusalReason::ConsentRequired,
        _ => RefusalReason::Other,
    };
    Next::Refuse(OAuthError::new(code, description).because(reason))
}

#[cfg(test)]
mod tests;
