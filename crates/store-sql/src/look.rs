//! The reads that a decision rests on. All run in one snapshot, and none waits for another's answer.

use airside_oauth::state::{decide::Keys, feed::FeedSubject};

use crate::{
    consent, feed, grant,
    session::{self, SessionOf},
    statement::Statement,
    user,
};

/// The reads behind the facts, each of one row at most, beside the revocations.
///
/// There is one user and one session in the facts. A user asked for by id comes before one asked for
/// by name, then the one of the grant, then the one of the session; a session asked for comes
/// before the one of the grant. The password is always the one of the user in the facts.
pub(crate) struct Look<'a> {
    pub(crate) grant: Option<Statement<'a>>,
    pub(crate) session: Option<Statement<'a>>,
    pub(crate) user: Option<Statement<'a>>,
    pub(crate) password: Option<Statement<'a>>,
    pub(crate) consent: Option<Statement<'a>>,
    /// Many rows each.
    pub(crate) feed: Vec<Statement<'a>>,
}

impl<'a> Look<'a> {
    /// The reads that `keys` names, and of its revocations those in `feed`; none if there is nothing to read.
    pub(crate) fn of(keys: &'a Keys, feed: &'a [FeedSubject]) -> Option<Self> {
        let Keys {
            grant,
            session_cookie,
            session,
            user,
            username,
            consent,
            feed: _,
        } = keys;
        let of_grant = || grant.as_ref().map(SessionOf::Grant);
        let named = session.as_ref().map(SessionOf::Id).or_else(of_grant);
        let session = session_cookie.as_ref().map(SessionOf::Cookie).or(named);
        let person = match (user, username) {
            (Some(id), _) => Some(user::by_id(id)),
            (None, Some(name)) => Some(user::by_name(name)),
            (None, None) => user::of(grant.as_ref(), session),
        };
        let password = username.as_ref().map(|name| match user {
            Some(id) => user::password_of(id),
            None => user::password_of_name(name),
        });
        let consent = consent.as_ref().and_then(|lookup| match &lookup.user {
            Some(user) => Some(consent::of_user(user, lookup)),
            None => session.map(|session| consent::of_session(session, lookup)),
        });
        let look = Self {
            grant: grant.as_ref().map(grant::by_id),
            session: session.map(session::of),
            user: person,
            password,
            consent,
            feed: feed.iter().map(feed::of).collect(),
        };
        let row = look.grant.is_some() || look.session.is_some() || look.user.is_some();
        (row || look.consent.is_some() || !look.feed.is_empty()).then_some(look)
    }
}
