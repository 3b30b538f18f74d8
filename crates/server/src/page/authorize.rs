//! `/authorize` (RFC 6749 §3.1): what must happen next, and the pages that ask for it.

use airside_oauth::{
    authorize::{
        CompletedSteps, Next, SignedIn,
        interaction::{Interaction, Page},
        next,
    },
    state::decide::{Commit, Facts, Pivot},
    time::Time,
};
use http::header;

use super::{
    Cookies, PageError, PageInput, PageProblem, PageResult, SentPageInput,
    authorization::CheckedRequest,
};
use crate::{request_context::RequestContext, respond::see_other};

/// `GET /authorize`: a new request, or one that comes back from a page.
pub async fn get(input: SentPageInput) -> PageResult {
    let is_resumed = matches!(input.sent.one("interaction"), Ok(Some(_)));
    if is_resumed {
        return resume(input.single()?).await;
    }
    let checked = CheckedRequest::check(&input.context, input.sent)?;
    go_on(
        &input.context,
        &input.cookies,
        &checked,
        CompletedSteps::default(),
    )
    .await
}

/// Goes on with a request that comes back from a page.
async fn resume(input: PageInput) -> PageResult {
    let context = &input.context;
    let interaction = opened(context, input.field("interaction"))?;
    let params = interaction.params();
    let params = params.ok_or_else(|| context.refuse(PageProblem::Unreadable))?;
    let checked = CheckedRequest::check(context, params.into())?;
    let interacted = proved(&input, &interaction);
    go_on(context, &input.cookies, &checked, interacted).await
}

/// `POST /authorize`: changes nothing; sends the browser on with the same request as a sealed GET,
/// so that its cookies are there whatever site it came from.
pub async fn post(input: SentPageInput) -> PageResult {
    let context = &input.context;
    let checked = CheckedRequest::check(context, input.sent)?;
    Ok(see_other(&context.restart("/authorize", &checked.params)?))
}

/// Opens the interaction of an authorization request; its age does not matter, because the request is
/// checked again.
fn opened(context: &RequestContext, sealed: &str) -> Result<Interaction, PageError> {
    Interaction::open(sealed, &context.issuer.keys().vault)
        .filter(|it| it.page != Page::SignOut)
        .ok_or_else(|| context.refuse(PageProblem::Unreadable))
}

/// Returns what the person has just done for this request: only the redirect that follows a sign-in or
/// the choice of an account proves something here, for a minute, in the same browser.
fn proved(input: &PageInput, interaction: &Interaction) -> CompletedSteps {
    let proof = matches!(interaction.page, Page::SignedIn | Page::AccountSelected)
        && interaction.belongs_to(input.cookies.browser.as_ref())
        && interaction.is_current(input.context.now());
    CompletedSteps {
        signed_in: interaction.signed_in().filter(|_| proof),
        selected: interaction.selected().filter(|_| proof),
        allowed: false,
    }
}

async fn go_on(
    context: &RequestContext,
    cookies: &Cookies,
    checked: &CheckedRequest,
    interacted: CompletedSteps,
) -> PageResult {
    let now = context.now();
    let facts = checked.look(context, cookies).await?;
    note_session(context, &facts, now).await;
    let profile = context.issuer.profile();
    match next(&checked.request, &facts, &profile, interacted, now) {
        Next::SignIn => {
            let page = Interaction::new(Page::SignIn, &checked.params, now);
            to_page(context, cookies, "/sign-in", page)
        }
        Next::SelectAccount(person) => {
            let page = Interaction::new(Page::SelectAccount, &checked.params, now)
                .for_session(person.session.id);
            to_page(context, cookies, "/select-account", page)
        }
        Next::Consent(person) => {
            let page = consent_page(checked, person, interacted, now);
            to_page(context, cookies, "/consent", page)
        }
        Next::Issue(person, epoch) => checked.issue_code(context, person, epoch, now),
        Next::Refuse(error) => Err(context.refuse_to(&checked.request.destination, error)),
    }
}

/// Makes the interaction of a consent page, which carries on what the person has just done.
fn consent_page(
    checked: &CheckedRequest,
    person: SignedIn<'_>,
    interacted: CompletedSteps,
    now: Time,
) -> Interaction {
    let mut page =
        Interaction::new(Page::Consent, &checked.params, now).for_session(person.session.id);
    page.just_signed_in = interacted.signed_in == Some(person.session.id);
    page.account_selected = interacted.selected == Some(person.session.id);
    page
}

/// Sends the browser to one of our pages with the request sealed into the address.
fn to_page(
    context: &RequestContext,
    cookies: &Cookies,
    path: &str,
    page: Interaction,
) -> PageResult {
    let (browser, new_cookie) = cookies.browser_or_new(context);
    let address = context.with_interaction(path, &page.for_browser(&browser))?;
    let mut response = see_other(&address);
    let cookies = new_cookie.map(|cookie| (header::SET_COOKIE, cookie));
    response.headers_mut().extend(cookies);
    Ok(response)
}

/// Keeps a session from idling out; at most one write in some minutes, and none that matters.
async fn note_session(context: &RequestContext, facts: &Facts, now: Time) {
    let profile = context.issuer.profile();
    let lifetimes = &profile.lifetimes;
    let session = facts.session.as_ref();
    if let Some(session) = session.filter(|it| it.alive(lifetimes, now) && it.should_note(now)) {
        let pivot = Pivot::SeeSession {
            session: session.id,
            at: now,
        };
        drop(context.issuer.store.commit(Commit::new(pivot)).await);
    }
}
