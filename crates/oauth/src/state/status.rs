//! Status lists (draft-ietf-oauth-status-list-21): each grant has an index, under which an API that
//! verifies its tokens offline reads whether they are revoked.

use std::{fmt, str::FromStr, time::Duration};

use airside_jose::{Algorithm, Signer, StatusList, Typ, UnixSeconds};
use serde::Serialize;

use crate::{
    id::IdError,
    key::keyring::Keyring,
    profile::IssuerProfile,
    state::lifetime::LongestLifetimes,
    time::Time,
    token::sign::{self, MissingKeyError},
};

/// The index of one grant: which list, and which place in it. Given once, never again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatusIndex(u64);

impl StatusIndex {
    /// The index with this number; indexes are numbered across all lists.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// Returns the list that it is in.
    pub const fn list(self) -> ListNumber {
        ListNumber(self.0 / LIST_SIZE)
    }

    /// Its place in that list (`idx`).
    pub const fn idx(self) -> u64 {
        self.0 % LIST_SIZE
    }
}

/// The name of one list, as in its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListNumber(u64);

impl ListNumber {
    /// Its first index.
    pub const fn first(self) -> StatusIndex {
        StatusIndex(self.0.saturating_mul(LIST_SIZE))
    }

    /// The list's address and its `sub`.
    pub fn uri(self, profile: &IssuerProfile) -> String {
        profile.endpoint(&format!("/status/{self}"))
    }
}

impl fmt::Display for ListNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ListNumber {
    type Err = IdError;

    /// Reads the one spelling that [`Self::uri`] writes.
    fn from_str(text: &str) -> Result<Self, IdError> {
        let number: u64 = text.parse().map_err(|_| IdError)?;
        let fits = number <= MAX_LISTS && number.to_string() == text;
        fits.then_some(Self(number)).ok_or(IdError)
    }
}

/// The claim `status` of an access token (§6.2).
#[derive(Serialize)]
pub(crate) struct StatusClaim {
    status_list: Reference,
}

#[derive(Serialize)]
struct Reference {
    idx: u64,
    uri: String,
}

impl StatusClaim {
    pub(crate) fn of(index: StatusIndex, profile: &IssuerProfile) -> Self {
        Self {
            status_list: Reference {
                idx: index.idx(),
                uri: index.list().uri(profile),
            },
        }
    }
}

/// The claims of a status list (§5.1).
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: String,
    iat: UnixSeconds,
    exp: UnixSeconds,
    ttl: u64,
    status_list: serde_json::Map<String, serde_json::Value>,
}

/// The key that signs status lists at `now`.
///
/// # Errors
///
/// [`MissingKeyError`] if the issuer keeps none: a configuration error.
pub fn signer(keyring: &Keyring, now: Time) -> Result<&Signer, MissingKeyError> {
    let mut signers = ALGORITHMS.into_iter();
    let signer = signers.find_map(|algorithm| keyring.signer(algorithm, now));
    signer.ok_or_else(|| MissingKeyError("status lists".to_owned()))
}

/// Signs a list in which `dead` are the indexes of its dead grants, at the time of `longest`.
///
/// # Errors
///
/// [`MissingKeyError`] if the key cannot sign.
pub fn sign(
    list: ListNumber,
    dead: &[StatusIndex],
    profile: &IssuerProfile,
    signer: &Signer,
    longest: &LongestLifetimes,
) -> Result<String, MissingKeyError> {
    let now = longest.now();
    let own = dead.iter().filter(|index| index.list() == list);
    let invalid = own.filter_map(|index| usize::try_from(index.idx()).ok());
    let claims = Claims {
        iss: &profile.issuer,
        sub: list.uri(profile),
        iat: now.as_seconds(),
        exp: now.plus(lifetime(longest)).as_seconds(),
        ttl: TTL.as_secs(),
        status_list: StatusList::with_invalid(SIZE, invalid).members(),
    };
    sign::sign(signer, Typ::StatusList, &claims)
}

/// Returns how long a list may be relied upon: a reader of one that is half as old still has one for as
/// long as any token that was issued before lives.
pub fn lifetime(longest: &LongestLifetimes) -> Duration {
    let twice = longest.access_token().saturating_mul(2);
    twice.clamp(SHORTEST_LIFETIME, MAX_LIFETIME)
}

/// The time after which a reader of a list asks for a newer one (`ttl`).
pub const TTL: Duration = Duration::from_secs(60);

/// Grants in one list: 16 KiB of bits, before they are compressed.
pub const LIST_SIZE: u64 = 1 << 17;

const SIZE: usize = 1 << 17;

/// So that every number is a positive 64-bit integer in the store.
const MAX_LISTS: u64 = (1 << 46) - 1;

const SHORTEST_LIFETIME: Duration = Duration::from_secs(10 * 60);
const MAX_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// RS256 first, like the tokens that are for the issuer itself.
const ALGORITHMS: [Algorithm; 4] = [
    Algorithm::RS256,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::EdDSA,
];

#[cfg(test)]
mod tests {
    use airside_jose::{KeySet, StatusListName, verify_status_list};

    use super::*;
    use crate::fixture::{START, keyring, longest, profile};

    #[test]
    fn indexes_are_numbered_across_lists() {
        let last = StatusIndex::new(LIST_SIZE - 1);
        assert_eq!(
            (last.list().to_string().as_str(), last.idx()),
            ("0", 131_071)
        );
        let next = StatusIndex::new(LIST_SIZE);
        assert_eq!((next.list().to_string().as_str(), next.idx()), ("1", 0));
        assert_eq!(next.list().first(), next);
    }

    #[test]
    fn a_list_has_one_address() {
        let number: ListNumber = "70368744177663".parse().unwrap();
        assert!(i64::try_from(number.first().number()).is_ok());
        let uri = StatusIndex::new(LIST_SIZE * 3).list().uri(&profile());
        assert_eq!(uri, "https://id.example/status/3");
        for other in ["", "03", "+3", "-3", "3 ", "3/", "x", "70368744177664"] {
            assert!(other.parse::<ListNumber>().is_err(), "{other}");
        }
    }

    #[test]
    fn a_list_says_which_of_its_grants_are_dead() {
        let (profile, keyring) = (profile(), keyring());
        let list = StatusIndex::new(LIST_SIZE).list();
        let dead = [LIST_SIZE + 5, LIST_SIZE * 2 - 1, 5].map(StatusIndex::new);
        let signer = signer(&keyring, START).unwrap();
        let token = sign(list, &dead, &profile, signer, &longest()).unwrap();
        let keys = KeySet::from_jwks(&keyring.jwks(START));
        let name = StatusListName {
            issuer: &profile.issuer,
            uri: "https://id.example/status/1",
        };
        let verified = verify_status_list(&token, &keys, name, START.as_seconds()).unwrap();
        let invalid: Vec<_> = (0..LIST_SIZE)
            .filter(|idx| verified.list.status(*idx) == Some(1))
            .collect();
        assert_eq!(invalid, [5, LIST_SIZE - 1]);
        assert_eq!(verified.list.status(LIST_SIZE), None);
        assert_eq!(verified.ttl_seconds, Some(60));
        let half_an_hour_later = START.as_seconds().saturating_add(30 * 60);
        assert_eq!(verified.expires_at, Some(half_an_hour_later));
    }
}
