//! Looking up the owner of an object: in the API, another service, or the API's database.

use std::borrow::Cow;

use crate::{
    access::elsewhere,
    database::Database,
    decide::OwnerQuestion,
    error::RequestError,
    judge::scan::{self, Wanted},
    ownership::OwnershipError,
    pointer::tokens,
    upstream::{Upstreams, lookup::FetchedAnswer},
};

/// The sources of owners.
#[derive(Clone, Copy)]
pub(crate) struct OwnerSources<'a> {
    pub(crate) upstreams: &'a Upstreams,
    pub(crate) database: Option<&'a Database>,
}

impl OwnerSources<'_> {
    /// Looks up the owner of an object; `None` if it has none where the rule looks for one.
    ///
    /// # Errors
    ///
    /// [`OwnershipError`] if the object is not there, and [`RequestError::NoOwner`] if that cannot be known now.
    pub(crate) async fn owner(
        self,
        question: OwnerQuestion<'_>,
    ) -> Result<Option<String>, RequestError> {
        match question {
            OwnerQuestion::Address { url, pointer } => self.look_up(&url, pointer).await,
            OwnerQuestion::Row { view, key } => {
                // a configuration with views and without a database is refused
                let database = self
                    .database
                    .ok_or_else(|| unknown("there is no database"))?;
                let owner = elsewhere(database.owner(view, &key)).await;
                owner.map_err(|error| unknown(format!("`{view}`: {error}")))
            }
        }
    }

    async fn look_up(self, url: &str, pointer: &str) -> Result<Option<String>, RequestError> {
        let answer = elsewhere(self.upstreams.ask(url)).await;
        let FetchedAnswer { status, body } = answer.map_err(|error| unknown(error.to_string()))?;
        match status {
            200..=299 => {
                let place = tokens(pointer);
                let found = scan::find(&body, Wanted::Owner(&place));
                let found = found.map_err(|_| unknown("what the look-up answered is not JSON"))?;
                Ok(found.owner.map(Cow::into_owned))
            }
            404 | 410 => {
                let why = format!("the look-up answered {status}: there is no such object");
                Err(OwnershipError::NoOwner(why).into())
            }
            _ => Err(unknown(format!("the look-up answered {status}"))),
        }
    }
}

fn unknown(why: impl Into<String>) -> RequestError {
    let why = why.into();
    tracing::warn!(error = why, "an owner could not be looked up");
    RequestError::NoOwner(why)
}
