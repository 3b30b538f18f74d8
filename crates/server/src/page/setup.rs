//! `/setup`: the first administrator, by a link that works once.

use airside_oauth::{
    key::secret::Secret,
    state::{
        decide::{Among, Commit, Effect, Pivot},
        event::EventKind,
        user::{PasswordHash, User, Username},
    },
};
use airside_store::CommitError;
use axum::response::Response;
use http::StatusCode;

use super::{PageInput, PageProblem, PageResult, Submission};
use crate::{
    issuer::new_account,
    password,
    request_context::RequestContext,
    respond::{chain, page},
    setup::LinkState,
    view::{Hidden, SetupDonePage, SetupField, SetupPage, SetupProblem},
};

/// `GET /setup?token=…`: the form. Consumes nothing.
pub async fn get(input: PageInput) -> PageResult {
    let issuer = &input.context.issuer;
    let link = issuer.setup.look(input.field("token"), issuer.now());
    match link {
        LinkState::Current if issuer.store.has_users().await.unwrap_or(false) => {
            issuer.setup.end();
            Err(input.context.refuse(PageProblem::SetUpOver))
        }
        LinkState::Current => Ok(form(&input, None)),
        LinkState::Used(username) => Ok(done(&input, &username)),
        LinkState::Unknown => Err(input.context.refuse(PageProblem::SetUpOver)),
    }
}

/// `POST /setup`: makes the first account.
pub async fn post(input: PageInput) -> PageResult {
    let context = &input.context;
    if input.submission == Submission::CrossSite {
        return Err(context.refuse(PageProblem::CrossSite {
            help: "Nothing was changed. Open the set-up link again.",
            restart: None,
        }));
    }
    let token = input.field("token");
    match context.issuer.setup.look(token, context.now()) {
        LinkState::Current => {}
        LinkState::Used(username) => return Ok(done(&input, &username)),
        LinkState::Unknown => return Err(context.refuse(PageProblem::SetUpOver)),
    }
    let username = match Username::parse(input.field("username")) {
        Ok(username) => username,
        Err(error) => {
            let text = sentence(&error.to_string());
            return Ok(form(&input, Some((SetupField::Username, &text))));
        }
    };
    let password = input.field("password");
    if let Err(error) = password::check_new(password) {
        let text = error.advice();
        return Ok(form(&input, Some((SetupField::Password, &text))));
    }
    create(&input, username, Secret::new(password)).await
}

/// An error as a sentence of a page.
fn sentence(error: &str) -> String {
    let mut chars = error.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).chain(['.']).collect()
}

async fn create(input: &PageInput, username: Username, password: Secret) -> PageResult {
    let context = &input.context;
    let issuer = &context.issuer;
    let (now, draw) = (issuer.now(), issuer.draw());
    let unavailable = |cause| context.refuse(PageProblem::Unavailable(cause));
    let hash = issuer.hasher.hash(password, &draw).await;
    let hash = hash.map_err(|busy| unavailable(busy.to_string()))?;
    let user = User {
        administrator: true,
        ..new_account(username.clone(), now, &draw)
    };
    match issuer.store.commit(first(context, user, hash)).await {
        Ok(()) => {
            issuer.setup.used_for(username.as_str());
            Ok(done(input, username.as_str()))
        }
        Err(CommitError::Conflict) => lost(input),
        Err(CommitError::Unavailable(cause)) => Err(unavailable(chain(&cause))),
    }
}

/// There is an account: from this link's other submit, or the command line.
fn lost(input: &PageInput) -> PageResult {
    let issuer = &input.context.issuer;
    match issuer.setup.look(input.field("token"), issuer.now()) {
        LinkState::Used(username) => Ok(done(input, &username)),
        LinkState::Current | LinkState::Unknown => {
            issuer.setup.end();
            Err(input.context.refuse(PageProblem::SetUpOver))
        }
    }
}

/// Returns the commit of the first account: it fails if there is an account already.
fn first(context: &RequestContext, user: User, password: PasswordHash) -> Commit {
    let mut event = context.event(EventKind::UserCreated);
    event.user = Some(user.id);
    "set-up of the first administrator".clone_into(&mut event.detail);
    let pivot = Pivot::InsertUser {
        user: Box::new(user),
        password: Some(password),
        among: Among::Nobody,
    };
    Commit::new(pivot).and(Effect::Event(event))
}

fn form(input: &PageInput, problem: Option<(SetupField, &str)>) -> Response {
    let status = match problem {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    let html = input.context.issuer.view.setup(&SetupPage {
        action: &input.context.address("/setup"),
        token: Hidden(input.field("token")),
        username: input.field("username"),
        problem: problem.map(|(field, text)| SetupProblem { field, text }),
    });
    page(status, html)
}

fn done(input: &PageInput, username: &str) -> Response {
    let view = &input.context.issuer.view;
    page(StatusCode::OK, view.setup_done(&SetupDonePage { username }))
}
