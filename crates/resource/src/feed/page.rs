//! The answers of an issuer's feed, and the reader's position in it.

use serde::Deserialize;
use url::form_urlencoded;

/// The position of a reader in the feed.
#[derive(Clone, Copy, Default)]
pub(super) struct FeedCursor {
    epoch: Option<u32>,
    pub(super) position: i64,
    /// True once a last page was read since the cursor began or a request failed. What comes afterwards
    /// may take several pages without a loss.
    pub(super) is_complete: bool,
}

/// The facts that a reader reports with each request.
pub(super) struct ReaderReport<'a> {
    /// Names the process.
    pub(super) instance: &'a str,
    /// The `kid`s of the keys that it verifies with, separated by spaces.
    pub(super) kids: &'a str,
    /// The key set that the issuer announced last.
    pub(super) jwks: &'a str,
}

/// One answer of the feed.
#[derive(Deserialize)]
pub(super) struct FeedPage {
    epoch: u32,
    position: i64,
    /// True if the page begins at the beginning of the feed.
    #[serde(default)]
    reset: bool,
    /// True if there are entries behind `position` already; older issuers do not say.
    more: Option<bool>,
    /// Names the key set that is served now; older issuers do not say.
    pub(super) jwks: Option<String>,
    pub(super) revocations: Vec<RevocationEntry>,
}

/// One revocation. One of the first five members names the tokens that it revokes.
#[derive(Deserialize)]
pub(super) struct RevocationEntry {
    pub(super) grant: Option<String>,
    pub(super) jti: Option<String>,
    pub(super) client: Option<String>,
    pub(super) user: Option<String>,
    pub(super) kid: Option<String>,
    /// Milliseconds since 1970.
    pub(super) at: i64,
    /// Milliseconds since 1970.
    pub(super) until: i64,
}

impl FeedCursor {
    /// Renders the form that asks for what follows the cursor.
    pub(super) fn form(self, wait: bool, report: &ReaderReport<'_>) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("instance", report.instance)
            .append_pair("kids", report.kids)
            .append_pair("jwks", report.jwks);
        if let Some(epoch) = self.epoch {
            form.append_pair("epoch", &epoch.to_string())
                .append_pair("position", &self.position.to_string());
        }
        if wait {
            form.append_pair("wait", WAIT_SECONDS);
        }
        form.finish()
    }

    /// Returns the cursor behind a page.
    pub(super) fn after(self, page: &FeedPage) -> Self {
        // another epoch begins from the beginning
        let continues = self.epoch == Some(page.epoch) && !page.reset;
        Self {
            is_complete: page.is_last() || (self.is_complete && continues),
            epoch: Some(page.epoch),
            position: page.position,
        }
    }
}

impl FeedPage {
    /// Tells whether nothing follows the page. If the issuer does not say, an empty page is the last one.
    fn is_last(&self) -> bool {
        match self.more {
            Some(more) => !more,
            None => self.revocations.is_empty(),
        }
    }
}

/// The seconds for which the issuer may hold a request until there is an entry.
const WAIT_SECONDS: &str = "10";
