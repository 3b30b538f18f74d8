//! Tokens that are revoked before they expire.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use airside_jose::UnixSeconds;
use tokio::sync::watch;

use crate::status_list::cached::CachedLists;

/// The revoked tokens, in memory. Clones share one state, to which the receiver of a revocation adds it.
///
/// Every use of a token checks it, also when the token is found in the cache. Entries are forgotten by
/// [`Revocations::sweep`] once every token that they revoke has expired.
#[derive(Clone, Default)]
pub struct Revocations {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    any: AtomicBool,
    entries: RwLock<Entries>,
    /// By their issuers.
    status_lists: Mutex<HashMap<String, Arc<CachedLists>>>,
    /// Counts the changes that may have revoked something.
    changes: watch::Sender<u64>,
}

/// The values are the times when an entry may be forgotten.
#[derive(Default)]
struct Entries {
    grants: HashMap<String, UnixSeconds>,
    tokens: HashMap<String, UnixSeconds>,
    clients: HashMap<String, Before>,
    users: HashMap<String, Before>,
    kids: HashSet<String>,
}

struct Before {
    issued_before_ms: i64,
    until: UnixSeconds,
}

/// The facts of a token that a revocation can name.
#[derive(Clone, Copy, Debug)]
pub struct RevocableToken<'a> {
    /// The claim `grant_id`.
    pub grant_id: Option<&'a str>,
    /// The claim `jti`.
    pub jti: &'a str,
    /// The claim `client_id`.
    pub client_id: &'a str,
    /// The claim `sub`.
    pub subject: &'a str,
    /// The claim `iat`.
    pub issued_at: UnixSeconds,
    /// The name of the key that verified it, as [`VerifiedToken::kid`](airside_jose::VerifiedToken::kid) has it.
    pub kid: Option<&'a str>,
}

impl Revocations {
    /// Makes an empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Revokes every token of a grant; `until` is when the last one expires.
    pub fn revoke_grant(&self, grant_id: impl Into<String>, until: UnixSeconds) {
        self.change(|entries| {
            let end = entries.grants.entry(grant_id.into()).or_insert(until);
            *end = until.max(*end);
        });
    }

    /// Revokes one token; `until` is when it expires.
    pub fn revoke_token(&self, jti: impl Into<String>, until: UnixSeconds) {
        self.change(|entries| {
            let end = entries.tokens.entry(jti.into()).or_insert(until);
            *end = until.max(*end);
        });
    }

    /// Revokes the tokens of a client issued before a time in milliseconds since 1970.
    pub fn revoke_client(
        &self,
        client_id: impl Into<String>,
        issued_before_ms: i64,
        until: UnixSeconds,
    ) {
        self.change(|entries| {
            merge(
                &mut entries.clients,
                client_id.into(),
                issued_before_ms,
                until,
            )
        });
    }

    /// Revokes the tokens of a user issued before a time in milliseconds since 1970.
    pub fn revoke_user(
        &self,
        subject: impl Into<String>,
        issued_before_ms: i64,
        until: UnixSeconds,
    ) {
        self.change(|entries| merge(&mut entries.users, subject.into(), issued_before_ms, until));
    }

    /// Refuses a key for ever, even if the issuer's JWKS lists it again.
    pub fn remove_key(&self, kid: impl Into<String>) {
        self.change(|entries| {
            entries.kids.insert(kid.into());
        });
    }

    /// Subscribes to further revocations.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.shared.changes.subscribe()
    }

    /// Returns the names of the keys that are refused for ever.
    #[must_use]
    pub fn removed_keys(&self) -> Vec<String> {
        let entries = self.shared.entries.read();
        let entries = entries.unwrap_or_else(PoisonError::into_inner);
        entries.kids.iter().cloned().collect()
    }

    /// Returns the cached status lists of an issuer.
    pub(crate) fn lists_of(&self, issuer: &str) -> Arc<CachedLists> {
        let lists = self.shared.status_lists.lock();
        let mut lists = lists.unwrap_or_else(PoisonError::into_inner);
        Arc::clone(lists.entry(issuer.to_owned()).or_default())
    }

    /// Tells whether a key is refused for ever.
    pub(crate) fn is_removed(&self, kid: Option<&str>) -> bool {
        let entries = self.shared.entries.read();
        let entries = entries.unwrap_or_else(PoisonError::into_inner);
        kid.is_some_and(|kid| entries.kids.contains(kid))
    }

    /// Tells whether a token is revoked.
    ///
    /// The time of issue is known to the millisecond if the `jti` is a UUIDv7 (RFC 9562 §5.7), as it is for
    /// Airside's tokens: a token that is issued right after the revocation of a client's or a user's tokens
    /// is valid. For other tokens, `iat` has whole seconds only, and a token of the second of the revocation
    /// counts as issued before it.
    #[must_use]
    pub fn is_revoked(&self, token: &RevocableToken<'_>) -> bool {
        if !self.shared.any.load(Ordering::Acquire) {
            return false;
        }
        let entries = self
            .shared
            .entries
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let before = |entry: Option<&Before>| {
            entry.is_some_and(|entry| token.issued_at_ms() < entry.issued_before_ms)
        };
        entries.tokens.contains_key(token.jti)
            || token
                .grant_id
                .is_some_and(|grant| entries.grants.contains_key(grant))
            || before(entries.clients.get(token.client_id))
            || before(entries.users.get(token.subject))
            || token.kid.is_some_and(|kid| entries.kids.contains(kid))
    }

    /// Forgets entries whose tokens have all expired. Keys are kept.
    pub fn sweep(&self, now: UnixSeconds) {
        self.write(|entries| {
            entries.grants.retain(|_, until| *until >= now);
            entries.tokens.retain(|_, until| *until >= now);
            entries.clients.retain(|_, before| before.until >= now);
            entries.users.retain(|_, before| before.until >= now);
        });
    }

    fn change(&self, change: impl FnOnce(&mut Entries)) {
        self.write(change);
        self.shared
            .changes
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    fn write(&self, change: impl FnOnce(&mut Entries)) {
        let mut entries = self
            .shared
            .entries
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        change(&mut entries);
        self.shared
            .any
            .store(!entries.is_empty(), Ordering::Release);
    }
}

impl Entries {
    fn is_empty(&self) -> bool {
        self.grants.is_empty()
            && self.tokens.is_empty()
            && self.clients.is_empty()
            && self.users.is_empty()
            && self.kids.is_empty()
    }
}

impl RevocableToken<'_> {
    /// The time in a `jti` that is a UUIDv7 of the second of `iat`, else the beginning of that second.
    fn issued_at_ms(&self) -> i64 {
        let exact =
            uuid_v7_ms(self.jti).filter(|ms| ms.div_euclid(1000) == self.issued_at.as_i64());
        exact.unwrap_or_else(|| self.issued_at.as_i64().saturating_mul(1000))
    }
}

/// The milliseconds since 1970 in a UUIDv7 in its usual form.
fn uuid_v7_ms(text: &str) -> Option<i64> {
    let mut groups = text.split('-');
    let (high, low, rest) = (groups.next()?, groups.next()?, groups.next()?);
    let is_hex = |group: &str| group.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_time = (high.len(), low.len()) == (8, 4) && is_hex(high) && is_hex(low);
    let is_v7 = text.len() == 36 && rest.starts_with('7');
    (is_time && is_v7).then_some(())?;
    i64::from_str_radix(&format!("{high}{low}"), 16).ok()
}

fn merge(
    entries: &mut HashMap<String, Before>,
    name: String,
    issued_before_ms: i64,
    until: UnixSeconds,
) {
    let entry = entries.entry(name).or_insert(Before {
        issued_before_ms,
        until,
    });
    entry.issued_before_ms = issued_before_ms.max(entry.issued_before_ms);
    entry.until = until.max(entry.until);
}

impl fmt::Debug for Revocations {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Revocations")
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
