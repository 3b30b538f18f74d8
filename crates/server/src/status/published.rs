//! The lists as they are served: looked for in the store at most once in five seconds each, and
//! signed again only when their contents change or they have grown old.

use std::{collections::HashMap, fmt, sync::Arc, time::Duration};

use airside_oauth::{
    key::{keyring::Keyring, secret::Digest},
    profile::IssuerProfile,
    state::{
        lifetime::LongestLifetimes,
        status::{self, ListNumber, StatusIndex},
    },
    time::Time,
    token::sign::MissingKeyError,
};
use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard};

/// The status lists that were asked for lately.
#[derive(Default)]
pub struct StatusLists {
    known: Mutex<CachedLists>,
    /// Held while one is looked for: everyone who asks meanwhile is answered by one query, and a
    /// flood of questions about many lists costs one at a time.
    pub(crate) looking: tokio::sync::Mutex<()>,
}

/// The lists that were read lately.
#[derive(Default)]
pub(crate) struct CachedLists {
    lists: HashMap<ListNumber, Arc<PublishedList>>,
    /// A list that was not there, and when. Lists begin in the order of their numbers.
    absent: Option<(ListNumber, Time)>,
}

/// A list as it is served.
#[derive(Clone)]
pub struct PublishedList {
    /// The signed list.
    pub token: Bytes,
    /// Its entity tag.
    pub etag: String,
    kid: String,
    dead: Vec<StatusIndex>,
    signed_at: Time,
    looked_at: Time,
}

impl StatusLists {
    /// Returns what is known for certain: a list, or that there is none.
    pub(crate) fn fresh(&self, list: ListNumber, now: Time) -> Option<Option<Arc<PublishedList>>> {
        let known = self.known();
        if let Some(published) = known.lists.get(&list) {
            let fresh = since(published.looked_at, LOOK_AGAIN, now);
            return fresh.then(|| Some(Arc::clone(published)));
        }
        let (absent, at) = known.absent?;
        (list >= absent && since(at, ABSENT, now)).then_some(None)
    }

    pub(crate) fn known(&self) -> MutexGuard<'_, CachedLists> {
        self.known.lock()
    }
}

impl CachedLists {
    /// Returns a list as it was published last.
    pub(crate) fn published(&self, list: ListNumber) -> Option<Arc<PublishedList>> {
        self.lists.get(&list).cloned()
    }

    /// Notes that a list was not there.
    pub(crate) fn note_absent(&mut self, list: ListNumber, now: Time) {
        self.absent = Some((list, now));
    }

    /// Keeps a list, in the place of the one that was read longest ago if there are too many.
    pub(crate) fn keep(&mut self, list: ListNumber, published: Arc<PublishedList>) {
        if self.lists.len() >= MAX_LISTS && !self.lists.contains_key(&list) {
            let oldest = self.lists.iter().min_by_key(|(_, one)| one.looked_at);
            let oldest = oldest.map(|(number, _)| *number);
            oldest.and_then(|number| self.lists.remove(&number));
        }
        self.lists.insert(list, published);
    }
}

impl PublishedList {
    /// Returns the list with these dead grants: the one of before, if it says the same and may be relied
    /// upon for as long as any token that was issued by now lives.
    ///
    /// # Errors
    ///
    /// [`MissingKeyError`] if the issuer keeps no key for status lists.
    pub(crate) fn new(
        contents: &Contents<'_>,
        dead: Vec<StatusIndex>,
        before: Option<&Self>,
        longest: &LongestLifetimes,
    ) -> Result<Self, MissingKeyError> {
        let now = longest.now();
        let signer = status::signer(contents.keyring, now)?;
        let half = status::lifetime(longest) / 2;
        let same = before.filter(|before| {
            before.dead == dead && before.kid == signer.kid() && since(before.signed_at, half, now)
        });
        if let Some(same) = same {
            return Ok(Self {
                looked_at: now,
                ..same.clone()
            });
        }
        let token = status::sign(contents.list, &dead, contents.profile, signer, longest)?;
        let digest = airside_jose::base64url::encode(Digest::of(token.as_bytes()).as_bytes());
        Ok(Self {
            etag: format!("\"{digest}\""),
            token: token.into(),
            kid: signer.kid().to_owned(),
            dead,
            signed_at: now,
            looked_at: now,
        })
    }
}

/// The list to publish, and its issuer.
pub(crate) struct Contents<'a> {
    pub(crate) list: ListNumber,
    pub(crate) profile: &'a IssuerProfile,
    pub(crate) keyring: &'a Keyring,
}

/// Returns true if at most `length` has passed since `start`; a clock that was set back counts as over.
fn since(start: Time, length: Duration, now: Time) -> bool {
    start <= now && now.within(length, start)
}

impl fmt::Debug for StatusLists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StatusLists")
    }
}

impl fmt::Debug for PublishedList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublishedList")
            .field("etag", &self.etag)
            .finish_non_exhaustive()
    }
}

/// The delay of a list, beside the time for which its readers keep it.
pub const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Another node may begin a list at any time.
const ABSENT: Duration = Duration::from_secs(1);

/// 33 million grants; 10 MiB if half of them are dead.
const MAX_LISTS: usize = 256;
