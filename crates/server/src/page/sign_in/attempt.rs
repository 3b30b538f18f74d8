//! One attempt to sign in: counted, verified, and then a session.

use std::time::Duration;

use airside_oauth::{
    id::{ClientId, SessionId},
    key::secret::{Digest, Secret},
    state::{
        decide::{Commit, Effect, Keys, Pivot},
        event::EventKind,
        grant::RevokeReason,
        session::{Authentication, Session},
        user::{TypedName, User},
    },
};
use airside_store::CommitError;
use http::HeaderValue;

use super::sealed::SignIn;
use crate::{
    browser::Cookie,
    page::{
        Cookies, PageRequest,
        sign_out::{Ending, ending},
    },
    password::MAX_BYTES,
    request_context::RequestContext,
    respond::chain,
    sign_in_throttle::TooManyAttempts,
};

/// An attempt from one browser.
pub(super) struct Attempt<'a> {
    context: &'a RequestContext,
    /// The client whose request the person signs in for.
    client: &'a ClientId,
    cookies: &'a Cookies,
}

/// A person who has just proved who they are.
pub(super) struct NewSession {
    /// Their session: a new one, or the one that the browser had.
    pub(super) session: SessionId,
    /// The header that sets its cookie.
    pub(super) cookie: HeaderValue,
}

/// The reason why a sign-in was refused.
pub(super) enum SignInError {
    /// The same words for an unknown name, a wrong password and a disabled account.
    Wrong,
    /// There were too many attempts; the next one may come after this long.
    TooMany(Duration),
    /// The password is longer than any that is computed.
    TooLong,
    /// The password pool is full.
    Busy,
    /// The store failed.
    Unavailable(String),
}

impl<'a> Attempt<'a> {
    pub(super) fn of(page: &'a PageRequest<SignIn>) -> Self {
        Self {
            context: &page.context,
            client: &page.request.request.destination.client.client_id,
            cookies: &page.cookies,
        }
    }

    pub(super) async fn sign_in(
        &self,
        typed: &str,
        password: Secret,
    ) -> Result<NewSession, SignInError> {
        // before anything is computed
        if password.expose().len() > MAX_BYTES {
            return Err(SignInError::TooLong);
        }
        let issuer = &self.context.issuer;
        let name = TypedName::parse(typed).ok();
        let account = name.as_ref().map_or("", TypedName::attempts_key);
        let address = self.context.origin.address;
        let taken = issuer.sign_in_throttle.take(account, address, issuer.now());
        let attempt = match taken {
            Ok(attempt) => attempt,
            Err(refused) => return Err(self.too_many(name, refused).await),
        };
        let user = match self.verify(name.clone(), password).await {
            Ok(user) => user,
            Err(error) => {
                if matches!(error, SignInError::Busy | SignInError::Unavailable(_)) {
                    issuer.sign_in_throttle.undo(&attempt);
                }
                return Err(error);
            }
        };
        issuer.sign_in_throttle.give_back(&attempt);
        self.begin_session(&user).await
    }

    async fn verify(&self, name: Option<TypedName>, password: Secret) -> Result<User, SignInError> {
        let issuer = &self.context.issuer;
        let keys = Keys {
            username: name,
            ..Keys::default()
        };
        let facts = issuer.store.look(&keys).await;
        let facts = facts.map_err(|cause| SignInError::Unavailable(chain(&cause)))?;
        let has_password = facts.password.is_some();
        let right = issuer.hasher.verify(password, facts.password).await;
        let right = right.map_err(|_| SignInError::Busy)?;
        let reason = match &facts.user {
            None => "unknown name",
            Some(_) if !has_password => "the account has no password",
            Some(_) if !right => "wrong password",
            Some(user) if user.disabled => "the account is disabled",
            Some(_) => "",
        };
        match facts.user {
            Some(user) if reason.is_empty() => Ok(user),
            user => Err(self.refused(user.as_ref(), reason)),
        }
    }

    fn refused(&self, user: Option<&User>, reason: &'static str) -> SignInError {
        self.context.issuer.metrics.sign_in("refused");
        self.note_refusal(user, reason);
        SignInError::Wrong
    }

    /// Reports a refusal for too many attempts, the first of a window.
    async fn too_many(&self, name: Option<TypedName>, refused: TooManyAttempts) -> SignInError {
        let issuer = &self.context.issuer;
        issuer.metrics.sign_in("too_many_attempts");
        if refused.is_news {
            let keys = Keys {
                username: name,
                ..Keys::default()
            };
            let facts = issuer.store.look(&keys).await.unwrap_or_default();
            self.note_refusal(facts.user.as_ref(), "too many attempts");
        }
        SignInError::TooMany(refused.retry_after)
    }

    /// Notes why the sign-in failed. A name that no account has stays out: it may be a password that
    /// was typed into the wrong field.
    fn note_refusal(&self, user: Option<&User>, reason: &str) {
        let mut refused = self.context.event(EventKind::SignInRefused);
        refused.user = user.map(|user| user.id);
        refused.client = Some(self.client.clone());
        reason.clone_into(&mut refused.detail);
        self.context.issuer.audit_buffer.note(refused);
    }

    /// Begins a session with a new cookie, whatever the browser had before (session fixation: ASVS 7.2.4).
    /// A person who signs in again stays in the same session: other apps keep what they were granted in it.
    async fn begin_session(&self, user: &User) -> Result<NewSession, SignInError> {
        let issuer = &self.context.issuer;
        let (cookie, digest) = Cookie::Session.make(issuer, &issuer.draw());
        let (own, foreign) = match self.session_before().await? {
            Some(session) if session.user == user.id => (Some(session.id), None),
            other => (None, other),
        };
        let session = self.new_session(user, own, digest);
        let id = session.id;
        self.commit_session(user, session, own.is_some()).await?;
        issuer.metrics.sign_in("granted");
        if let Some(session) = foreign {
            self.end_replaced(&session).await;
        }
        Ok(NewSession {
            session: id,
            cookie,
        })
    }

    /// Returns the session of this sign-in: the person's own one with a new cookie, or a new one.
    fn new_session(&self, user: &User, own: Option<SessionId>, cookie: Digest) -> Session {
        let issuer = &self.context.issuer;
        let now = issuer.now();
        Session {
            id: own.unwrap_or_else(|| SessionId::new(now, &issuer.draw())),
            cookie,
            user: user.id,
            authentication: Authentication {
                at: now,
                amr: vec!["pwd".to_owned()],
            },
            last_seen: now,
            ended_at: None,
        }
    }

    async fn commit_session(
        &self,
        user: &User,
        session: Session,
        is_renewed: bool,
    ) -> Result<(), SignInError> {
        let mut event = self.context.event(EventKind::SessionCreated);
        event.user = Some(user.id);
        let (session, user_epoch) = (Box::new(session), user.epoch);
        let pivot = if is_renewed {
            "signed in again".clone_into(&mut event.detail);
            Pivot::RenewSession {
                session,
                user_epoch,
            }
        } else {
            Pivot::InsertSession {
                session,
                user_epoch,
            }
        };
        let commit = Commit::new(pivot).and(Effect::Event(event));
        match self.context.issuer.store.commit(commit).await {
            Ok(()) => Ok(()),
            // the account was disabled or changed, or the session ended, meanwhile
            Err(CommitError::Conflict) => {
                self.note_refusal(Some(user), "the account or the session changed meanwhile");
                Err(SignInError::Wrong)
            }
            Err(CommitError::Unavailable(cause)) => Err(SignInError::Unavailable(chain(&cause))),
        }
    }

    /// The session that the browser had before, if it has not ended.
    async fn session_before(&self) -> Result<Option<Session>, SignInError> {
        let Some(cookie) = self.cookies.session else {
            return Ok(None);
        };
        let keys = Keys {
            session_cookie: Some(cookie),
            ..Keys::default()
        };
        let facts = self.context.issuer.store.look(&keys).await;
        let facts = facts.map_err(|cause| SignInError::Unavailable(chain(&cause)))?;
        Ok(facts.session.filter(|session| session.ended_at.is_none()))
    }

    /// Ends another person's session in this browser, and what was only for it: it must not live on in
    /// a stolen cookie.
    async fn end_replaced(&self, session: &Session) {
        let how = Ending {
            reason: RevokeReason::SignedOut,
            user: Some(session.user),
            detail: "replaced",
        };
        let commit = ending(self.context, session.id, how);
        drop(self.context.issuer.store.commit(commit).await);
    }
}
