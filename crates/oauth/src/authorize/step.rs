//! What must happen next for a good request: sign in, ask consent, issue a code, or refuse.

use crate::{
    authorize::AuthorizationRequest,
    decide::Facts,
    error::{ErrorCode, OAuthError},
    profile::Profile,
    session::Session,
    time::Time,
    user::User,
};

/// How the browser got here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visit {
    /// With a new request.
    Arriving,
    /// From the sign-in page that was made at this time for the same request.
    SignedInSince(Time),
}

/// Whether the person has just allowed this very request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fresh {
    /// They pressed "allow" on a page made for this request, session and browser.
    Consent,
    /// They did not.
    Nothing,
}

/// What must happen next.
#[derive(Debug)]
pub enum Next<'a> {
    /// Show the sign-in page.
    SignIn,
    /// Show the consent page to this person.
    Consent(&'a Session, &'a User),
    /// Issue a code that rests on a consent of this epoch, if it rests on one.
    Issue(&'a Session, &'a User, Option<u32>),
    /// Send this error to the client.
    Refuse(OAuthError),
}

/// Decides what must happen next.
pub fn next<'a>(
    request: &AuthorizationRequest,
    facts: &'a Facts,
    profile: &Profile,
    (visit, fresh): (Visit, Fresh),
    now: Time,
) -> Next<'a> {
    let Some((session, user)) = signed_in(facts, profile, now) else {
        return sign_in(request);
    };
    if must_sign_in_again(request, session, visit, now) {
        return sign_in(request);
    }
    if request
        .expected_user
        .is_some_and(|expected| expected != user.id)
    {
        // OIDC-Core-3.1.2.1: the hint names somebody else
        return match visit {
            Visit::Arriving if !request.prompt.none => Next::SignIn,
            _ => refuse(
                ErrorCode::LoginRequired,
                "another person is signed in than id_token_hint names",
            ),
        };
    }
    match (consent(request, facts, fresh), request.prompt.none) {
        (Consent::Needless, _) => Next::Issue(session, user, None),
        (Consent::Given(epoch), _) => Next::Issue(session, user, Some(epoch)),
        (Consent::Missing, true) => refuse(
            ErrorCode::ConsentRequired,
            "the person has not allowed this yet",
        ),
        (Consent::Missing, false) => Next::Consent(session, user),
    }
}

fn signed_in<'a>(
    facts: &'a Facts,
    profile: &Profile,
    now: Time,
) -> Option<(&'a Session, &'a User)> {
    let session = facts
        .session
        .as_ref()
        .filter(|s| s.alive(&profile.lifetimes, now))?;
    let user = facts
        .user
        .as_ref()
        .filter(|user| user.id == session.user && !user.disabled)?;
    Some((session, user))
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

fn must_sign_in_again(
    request: &AuthorizationRequest,
    session: &Session,
    visit: Visit,
    now: Time,
) -> bool {
    // a sign-in counts as fresh only if it happened after the page was made that asked for it
    let fresh = matches!(visit, Visit::SignedInSince(at) if session.authentication.at >= at);
    let too_old = request
        .max_age
        .is_some_and(|age| !now.within(age, session.authentication.at));
    // OIDC-Core-3.1.2.1: max_age=0 is as good as prompt=login
    let zero = request.max_age.is_some_and(|age| age.is_zero());
    !fresh && (request.prompt.login || too_old || zero)
}

enum Consent {
    Needless,
    Given(u32),
    Missing,
}

fn consent(request: &AuthorizationRequest, facts: &Facts, fresh: Fresh) -> Consent {
    let client = &request.destination.client;
    let registered = &request.destination.registered;
    let remembered = facts.consent.as_ref();
    if fresh == Fresh::Consent {
        return Consent::Given(remembered.map_or(0, |consent| consent.epoch));
    }
    if client.settings.first_party && !client.is_public() && !request.prompt.consent {
        return Consent::Needless;
    }
    // RFC8252-8.6: anything on the device could stand behind a loopback or private-scheme redirect
    let impersonable =
        client.is_public() && (registered.is_loopback() || registered.is_private_scheme());
    let covered = remembered.filter(|consent| consent.allowed.covers(&request.access));
    match covered {
        Some(consent) if !request.prompt.consent && !impersonable => Consent::Given(consent.epoch),
        _ => Consent::Missing,
    }
}

fn refuse<'a>(code: ErrorCode, description: &str) -> Next<'a> {
    Next::Refuse(OAuthError::new(code, description))
}

#[cfg(test)]
mod tests;
