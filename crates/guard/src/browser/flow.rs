//! A sign-in in progress. The guard stores nothing of it: the browser carries it, sealed, in a cookie,
//! and the issuer returns a digest of that cookie as `state`.

use airside_jose::base64url;
use airside_resource::UnixSeconds;
use aws_lc_rs::{digest, rand};
use serde::{Deserialize, Serialize};

use super::seal::SealKey;

/// The facts that are needed when the browser comes back.
#[derive(Serialize, Deserialize)]
pub(super) struct Flow {
    pub(super) code_verifier: String,
    pub(super) nonce: String,
    /// The path of the guard to return to.
    pub(super) return_to: String,
    /// The required values of `acr`, if a particular way to sign in was asked for.
    pub(super) acr_values: Option<String>,
    begun_at: UnixSeconds,
}

/// A flow as the browser carries it.
pub(super) struct CarriedFlow {
    pub(super) cookie: String,
    pub(super) state: String,
}

impl Flow {
    /// Begins a sign-in; `None` if the system gives no random bytes.
    pub(super) fn begin(return_to: String, now: UnixSeconds) -> Option<Self> {
        Some(Self {
            code_verifier: random()?,
            nonce: random()?,
            return_to,
            acr_values: None,
            begun_at: now,
        })
    }

    pub(super) fn carry(&self, key: &SealKey) -> Option<CarriedFlow> {
        let cookie = base64url::encode(key.seal(self)?);
        let state = state_of(cookie.as_bytes());
        Some(CarriedFlow { cookie, state })
    }

    /// Reads the cookie that `state` belongs to.
    pub(super) fn read(
        cookie: &[u8],
        state: &str,
        key: &SealKey,
        now: UnixSeconds,
    ) -> Option<Self> {
        if state_of(cookie) != state {
            return None;
        }
        let flow: Self = key.open(&base64url::decode(cookie).ok()?)?;
        let age = now.seconds_since(flow.begun_at);
        (-LEEWAY_SECONDS..=LIFETIME_SECONDS)
            .contains(&age)
            .then_some(flow)
    }

    /// Tells whether a sign-in by `acr` is one of the required ones.
    pub(super) fn is_met(&self, acr: Option<&str>) -> bool {
        let mut wanted = self.acr_values.iter().flat_map(|values| values.split(' '));
        self.acr_values.is_none() || wanted.any(|one| Some(one) == acr)
    }

    /// RFC 7636 §4.2.
    pub(super) fn code_challenge(&self) -> String {
        base64url::encode(digest::digest(
            &digest::SHA256,
            self.code_verifier.as_bytes(),
        ))
    }
}

fn state_of(cookie: &[u8]) -> String {
    base64url::encode(digest::digest(&digest::SHA256, cookie))
}

fn random() -> Option<String> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).ok()?;
    Some(base64url::encode(bytes))
}

/// The time for which a sign-in page may stay open.
pub(super) const LIFETIME_SECONDS: i64 = 60 * 60;
/// The difference that is tolerated between the clocks of several guards.
const LEEWAY_SECONDS: i64 = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_is_read_in_its_browser_in_its_time() {
        let key = SealKey::derive(b"secret", "flow").unwrap();
        let flow = Flow::begin("/a".to_owned(), UnixSeconds::new(1_000)).unwrap();
        let carried = flow.carry(&key).unwrap();
        let read = |cookie: &str, state: &str, now| {
            Flow::read(cookie.as_bytes(), state, &key, UnixSeconds::new(now))
                .map(|flow| flow.return_to)
        };
        let (cookie, state) = (carried.cookie.as_str(), carried.state.as_str());
        assert_eq!(read(cookie, state, 1_000).as_deref(), Some("/a"));
        assert_eq!(read(cookie, state, 4_600).as_deref(), Some("/a"));
        assert_eq!(read(cookie, state, 4_601), None);
        // another browser's, or another tab's
        let other = Flow::begin("/a".to_owned(), UnixSeconds::new(1_000))
            .unwrap()
            .carry(&key)
            .unwrap();
        assert_eq!(read(&other.cookie, state, 1_000), None);
        let forged = SealKey::derive(b"other", "flow").unwrap();
        let forged = flow.carry(&forged).unwrap();
        assert_eq!(read(&forged.cookie, &forged.state, 1_000), None);
    }

    /// The pair printed in RFC 7636, Appendix B.
    #[test]
    fn the_challenge_is_the_digest_of_the_verifier() {
        let mut flow = Flow::begin(String::new(), UnixSeconds::default()).unwrap();
        flow.code_verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned();
        assert_eq!(
            flow.code_challenge(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
