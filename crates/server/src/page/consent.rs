//! `/consent`: a person allows a client something, or does not.

use airside_oauth::{
    authorize::{
        AuthorizationRequest, CompletedSteps, Next, SignedIn,
        interaction::{Interaction, Page},
        next,
    },
    client::ClientPages,
    error::{ErrorCode, OAuthError},
    identity_scope::IdentityScopes,
    key::secret::Digest,
    refusal::RefusalReason,
    request::access::Access,
    state::{
        consent::{Consent, ConsentKey},
        decide::{Commit, Effect, Facts, Pivot},
        event::{Event, EventKind},
    },
    time::Time,
};
use airside_store::CommitError;
use http::StatusCode;
use url::Url;

use super::{PageError, PageProblem, PageRequest, PageResult, authorization::AuthorizationPage};
use crate::{
    respond::{chain, form_page},
    view::{ApiScopes, ClaimLine, ClientLinks, ClientStanding, ConsentPage, Hidden, ScopeLine},
};

/// The consent page.
#[derive(Debug)]
pub struct AskConsent;

impl AuthorizationPage for AskConsent {
    const PAGE: Page = Page::Consent;
}

/// `GET /consent`: who asks for what.
pub async fn get(page: PageRequest<AskConsent>) -> PageResult {
    let facts = page.request.look(&page.context, &page.cookies).await?;
    let person = page.person(&facts)?;
    let request = &page.request.request;
    let destination = &request.destination;
    let access = &request.access;
    let shown = page.interaction.clone().showing(access);
    let profile = page.context.issuer.profile();
    let line = |name| ScopeLine::new(name, profile.scopes.description(name));
    let html = page.context.issuer.view.consent(&ConsentPage {
        action: &page.context.address("/consent"),
        interaction: Hidden(&page.context.seal(&shown)?),
        client_name: destination.client.display_name(),
        client_host: &page.request.client_host(),
        standing: standing(request),
        pages: pages(&destination.client.settings.pages),
        username: person.user.username.as_str(),
        sign_in: Hidden(&other_account(&page)?),
        openid: access.openid.iter().map(line).collect(),
        claims: single_claims(access, &profile.scopes),
        apis: api_scopes(access).collect(),
        stays_until: stays_until(&page).as_deref(),
    });
    Ok(form_page(StatusCode::OK, html))
}

/// Returns the address at which another person signs in for the same request.
fn other_account(page: &PageRequest<AskConsent>) -> Result<String, PageError> {
    let other = Interaction::new(Page::SignIn, &page.request.params, page.context.now());
    page.context.with_interaction("/sign-in", &page.bind(other))
}

/// `POST /consent`: the decision.
pub async fn post(page: PageRequest<AskConsent>) -> PageResult {
    let facts = page.request.look(&page.context, &page.cookies).await?;
    page.person(&facts)?;
    match page.field("decision") {
        "allow" => allow(&page, &facts).await,
        "deny" => {
            let error = OAuthError::new(ErrorCode::AccessDenied, "the person did not allow this")
                .because(RefusalReason::ConsentDenied);
            let destination = &page.request.request.destination;
            Err(page.context.refuse_to(destination, error))
        }
        _ => {
            let why = "decision is neither allow nor deny".to_owned();
            Err(page.context.refuse(PageProblem::Malformed(why)))
        }
    }
}

async fn allow(page: &PageRequest<AskConsent>, facts: &Facts) -> PageResult {
    // the registrations may have been extended while the page was open
    if !page.interaction.has_shown(&page.request.request.access) {
        return Err(page.start_over()?);
    }
    let now = page.context.now();
    let (person, epoch) = allowed(page, facts, now)?;
    let commit = remembered(page, person, now);
    match page.context.issuer.store.commit(commit).await {
        Ok(()) => page.request.issue_code(&page.context, person, epoch, now),
        Err(CommitError::Conflict) => allowed_before(page, now).await,
        Err(CommitError::Unavailable(cause)) => {
            let problem = PageProblem::Unavailable(chain(&cause));
            Err(page.context.refuse(problem))
        }
    }
}

/// The page was submitted before, by a double click or after going back: if what was allowed then
/// still covers the request, it leads on; if it was withdrawn since, the person is asked again.
async fn allowed_before(page: &PageRequest<AskConsent>, now: Time) -> PageResult {
    let facts = page.request.look(&page.context, &page.cookies).await?;
    page.person(&facts)?;
    let asked = &page.request.request.access;
    let remembered = facts.consent.as_ref();
    if !remembered.is_some_and(|consent| consent.allowed.covers(asked)) {
        return Err(page.start_over()?);
    }
    let (person, epoch) = allowed(page, &facts, now)?;
    page.request.issue_code(&page.context, person, epoch, now)
}

/// Decides what follows once the person has allowed the request.
fn allowed<'a>(
    page: &PageRequest<AskConsent>,
    facts: &'a Facts,
    now: Time,
) -> Result<(SignedIn<'a>, Option<u32>), PageError> {
    let interacted = CompletedSteps {
        signed_in: page.interaction.signed_in(),
        selected: page.interaction.selected(),
        allowed: true,
    };
    let request = &page.request.request;
    let profile = page.context.issuer.profile();
    match next(request, facts, &profile, interacted, now) {
        Next::Issue(person, epoch) => Ok((person, epoch)),
        Next::SignIn | Next::SelectAccount(_) | Next::Consent(_) => Err(page.start_over()?),
        Next::Refuse(error) => Err(page.context.refuse_to(&request.destination, error)),
    }
}

/// The page is used up and the consent remembered, in one commit.
fn remembered(page: &PageRequest<AskConsent>, person: SignedIn<'_>, now: Time) -> Commit {
    let request = &page.request.request;
    let destination = &request.destination;
    let key = ConsentKey {
        user: person.user.id,
        client: destination.client.client_id.clone(),
        redirect_host: destination.redirect_host(),
    };
    let event = granted_to(page, &key);
    let consent = Consent {
        key,
        allowed: request.access.clone(),
        granted_at: now,
        epoch: 0,
    };
    Commit::new(used_up(page, now))
        .and(Effect::RememberConsent {
            consent,
            client_epoch: destination.client.epoch,
        })
        .and(Effect::Event(event))
}

/// The page is submitted once.
fn used_up(page: &PageRequest<AskConsent>, now: Time) -> Pivot {
    Pivot::UseOnce {
        digest: Digest::of(page.sealed.as_bytes()),
        until: now.plus(Page::Consent.lifetime()),
    }
}

fn granted_to(page: &PageRequest<AskConsent>, key: &ConsentKey) -> Event {
    let mut event = page.context.event(EventKind::ConsentGranted);
    event.client = Some(key.client.clone());
    event.user = Some(key.user);
    event.detail = granted(&page.request.request.access);
    event
}

/// Returns the words of the event: the scopes, and the single claims that were asked for beside them.
fn granted(access: &Access) -> String {
    let scope = access.scope().to_string();
    let claims: Vec<&str> = access.single_claims.names().collect();
    match claims.is_empty() {
        true => scope,
        false => format!("{scope}; claims: {}", claims.join(" ")),
    }
}

fn api_scopes<'a>(access: &'a Access) -> impl Iterator<Item = ApiScopes<'a>> {
    access.apis.iter().map(|(identifier, scopes)| ApiScopes {
        identifier,
        scopes: scopes.iter().collect(),
        claims: (access.claims.get(identifier).into_iter())
            .flat_map(|names| names.iter().map(String::as_str))
            .collect(),
    })
}

/// Returns the claims that the client asks for one by one, but for those that its scopes release anyway.
fn single_claims<'a>(access: &'a Access, scopes: &IdentityScopes) -> Vec<ClaimLine<'a>> {
    let released = |claim: &str| {
        let mut granted = access.openid.iter();
        granted.any(|scope| scopes.claims(scope).any(|own| own == claim))
    };
    let names = access.single_claims.names();
    let names = names.filter(|name| !released(name));
    names.map(ClaimLine::new).collect()
}

fn pages(registered: &ClientPages) -> ClientLinks<'_> {
    ClientLinks {
        policy: registered.policy_uri.as_ref().map(Url::as_str),
        terms: registered.tos_uri.as_ref().map(Url::as_str),
        logo: registered.logo_uri.as_ref().map(Url::as_str),
    }
}

fn standing(request: &AuthorizationRequest) -> ClientStanding {
    let destination = &request.destination;
    if destination.is_impersonable() {
        ClientStanding::AnyProgram
    } else if destination.client.settings.first_party {
        ClientStanding::FirstParty
    } else {
        ClientStanding::Registered
    }
}

/// Returns the last day of a grant that outlives the session, as people write it.
fn stays_until(page: &PageRequest<AskConsent>) -> Option<String> {
    let request = &page.request.request;
    if !request.access.openid.contains("offline_access") {
        return None;
    }
    let profile = page.context.issuer.profile();
    let lifetimes = &profile.lifetimes;
    let until = page.context.now().plus(lifetimes.refresh_token);
    let until = jiff::Timestamp::from_millisecond(until.as_millis()).ok()?;
    Some(until.strftime("%-d %B %Y").to_string())
}
