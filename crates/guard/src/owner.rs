//! Asking for the owner of an object: the API, something beside it, or its database.

use std::borrow::Cow;

use airside_api::JsonText;

use crate::{
    Refusal, access::elsewhere, database::Database, decide::Question, upstream::Upstreams,
};

/// Whom to ask for owners.
#[derive(Clone, Copy)]
pub(crate) struct Outside<'a> {
    pub(crate) upstreams: &'a Upstreams,
    pub(crate) database: Option<&'a Database>,
}

impl Outside<'_> {
    /// Asks whose an object is; `None` if it is nobody's, or is not there.
    ///
    /// # Errors
    ///
    /// [`Refusal::NoOwner`] if that cannot be known now.
    pub(crate) async fn owner(self, question: Question<'_>) -> Result<Option<String>, Refusal> {
        match question {
            Question::Address { url, pointer } => self.look_up(&url, pointer).await,
            Question::Row { view, key } => {
                // a configuration with views and without a database is refused
                let database = self.database.ok_or(Refusal::NoOwner)?;
                let owner = elsewhere(database.owner(view, &key)).await;
                owner.map_err(|error| {
                    tracing::warn!(%view, %error, "an owner could not be looked up");
                    Refusal::NoOwner
                })
            }
        }
    }

    async fn look_up(self, url: &str, pointer: &str) -> Result<Option<String>, Refusal> {
        let answer = elsewhere(self.upstreams.ask(url)).await;
        match answer.map_err(|_| Refusal::NoOwner)? {
            (200..=299, body) => {
                let answer = JsonText::parse(&body).ok();
                let owner = answer.as_ref().and_then(|answer| answer.pointer(pointer));
                let owner = owner.and_then(JsonText::identifier);
                Ok(owner.map(Cow::into_owned))
            }
            (404 | 410, _) => Ok(None),
            (status, _) => {
                tracing::warn!(status, "an owner could not be looked up");
                Err(Refusal::NoOwner)
            }
        }
    }
}
