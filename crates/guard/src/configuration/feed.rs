//! The feed of revocations.

use std::fmt;

use super::{
    mode::OnUnavailable,
    registry::{FEED, FeedKeys},
};
use crate::section::SectionReader;

/// The feed of revocations.
#[derive(Clone)]
pub struct FeedSettings {
    /// The client that the guard is to the issuer.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// True if requests are refused while the feed is lost.
    pub refuse_on_loss: bool,
}

impl FeedSettings {
    pub(super) fn read(reader: &mut SectionReader<'_>) -> Option<Self> {
        let table = reader.section::<FeedKeys>()?;
        let client_secret = reader.secret(&table, &FEED.client_secret);
        Some(Self {
            client_id: table.find(&FEED.client_id)?,
            client_secret: client_secret?,
            refuse_on_loss: table.get(&FEED.on_loss) == OnUnavailable::FailClosed,
        })
    }
}

impl fmt::Debug for FeedSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("FeedSettings");
        debug
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}
