//! The strict verifier of access tokens (RFC 9068 §4, RFC 8725).

use std::{sync::Arc, time::Duration};

use super::{Presented, Refused, VerifiedToken, claims::Claims};
use crate::{
    Algorithm, KeySource, VerifyingKey,
    jws::{Compact, Header, HeaderAlgorithm},
};

/// Verifies access tokens of one issuer for one audience.
///
/// What it accepts is fixed before it reads a token. Every check is always made: none can be
/// switched off.
///
/// # Example
///
/// ```
/// use airside_jose::{Algorithm, JwkSet, KeySet, Refused, Signer, SigningKey, Typ, Verifier};
///
/// let key = SigningKey::generate(Algorithm::ES256)?;
/// let keys = KeySet::from_jwks(&JwkSet { keys: vec![key.public_jwk("1")] });
/// let claims = br#"{"iss":"https://id.example.com","aud":"https://api.example.com","sub":"alice",
///     "client_id":"spa","jti":"a1","iat":1800000000,"exp":1800000900,"scope":"accounts:read"}"#;
/// let token = Signer::new(key, "1").sign_compact(Typ::AccessToken, claims)?;
///
/// let verifier = Verifier::new("https://id.example.com", "https://api.example.com");
/// let verified = verifier.verify(&token, &keys, 1_800_000_100)?;
/// assert_eq!(verified.subject(), "alice");
/// assert!(verified.has_scope("accounts:read"));
/// assert_eq!(verifier.verify(&token, &keys, 1_800_001_000).err(), Some(Refused::Expired));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Verifier {
    issuer: String,
    audience: Audience,
    algorithms: Vec<Algorithm>,
    profile: Profile,
    leeway_seconds: i64,
}

/// Which access tokens are accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// `typ` is `at+jwt` or `application/at+jwt` (RFC 9068 §4).
    #[default]
    Rfc9068,
    /// Also `JWT` or no `typ`, for issuers that do not know RFC 9068: tokens that look like ID tokens
    /// are refused. `azp`, `cid` or `appid` may stand for `client_id`, `scp` for `scope`, times may
    /// have fractions, and a token without `jti` is named by the digest of what is signed. A token
    /// that says `at+jwt` is held to RFC 9068.
    Legacy,
}

#[derive(Clone, Debug)]
enum Audience {
    Exactly(String),
    Any,
}

impl Verifier {
    /// Expects tokens of `issuer` whose `aud` is or contains `audience`, both byte for byte.
    ///
    /// It accepts RS256, PS256, ES256 and EdDSA, the profile [`Profile::Rfc9068`] and a leeway of
    /// 30 s.
    #[must_use]
    pub fn new(issuer: &str, audience: &str) -> Self {
        Self::expecting(issuer, Audience::Exactly(audience.to_owned()))
    }

    /// Expects tokens of `issuer` for any audience: for endpoints of the issuer itself, such as
    /// introspection. An API that uses this accepts tokens that were meant for others.
    #[must_use]
    pub fn dangerous_for_any_audience(issuer: &str) -> Self {
        Self::expecting(issuer, Audience::Any)
    }

    fn expecting(issuer: &str, audience: Audience) -> Self {
        Self {
            issuer: issuer.to_owned(),
            audience,
            algorithms: DEFAULT_ALGORITHMS.to_vec(),
            profile: Profile::default(),
            leeway_seconds: 30,
        }
    }

    /// Accepts these algorithms and no other.
    #[must_use]
    pub fn algorithms(mut self, algorithms: &[Algorithm]) -> Self {
        self.algorithms = algorithms.to_vec();
        self
    }

    /// Accepts the tokens of this profile.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Lets clocks differ by so many whole seconds; more than 60 s count as 60 s.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        let seconds = leeway.as_secs().min(MAX_LEEWAY_SECONDS);
        self.leeway_seconds = i64::try_from(seconds).unwrap_or_default();
        self
    }

    /// Verifies a token that came alone, at `now_unix_seconds`. One that is bound to a key or a
    /// certificate is refused.
    ///
    /// # Errors
    ///
    /// [`Refused`] names the first check that failed, in this order: size, form, header, algorithm,
    /// type, key, signature, claims, sender constraint.
    pub fn verify(
        &self,
        token: &str,
        keys: &dyn KeySource,
        now_unix_seconds: i64,
    ) -> Result<VerifiedToken, Refused> {
        self.verify_presented(token, Presented::Nothing, keys, now_unix_seconds)
    }

    /// Verifies a token and what came with it: a token that is bound to a key needs a proof by that
    /// key, one that is bound to a certificate needs that certificate.
    ///
    /// # Errors
    ///
    /// As [`Self::verify`].
    pub fn verify_presented(
        &self,
        token: &str,
        presented: Presented<'_>,
        keys: &dyn KeySource,
        now_unix_seconds: i64,
    ) -> Result<VerifiedToken, Refused> {
        let compact = Compact::parse(token)?;
        let algorithm = accepted_algorithm(compact.header(), &self.algorithms)?;
        self.require_type(compact.header())?;
        let kid = compact.header().kid.as_deref();
        let keys = keys.find(kid, algorithm);
        let mut claims = Claims::parse(verified_by_one(&compact, &keys)?)?;
        // what calls itself RFC 9068 is held to it
        if self.profile == Profile::Legacy && !compact.header().is_typ("at+jwt") {
            claims.adopt_usual_names(token)?;
        }
        self.judge(&claims, now_unix_seconds)?;
        let verified = VerifiedToken::new(claims, kid, algorithm)?;
        verified.require(presented)?;
        Ok(verified)
    }

    fn require_type(&self, header: &Header) -> Result<(), Refused> {
        // RFC9068-4: the type is checked before anything else is believed
        let accepted = match self.profile {
            Profile::Rfc9068 => header.is_typ("at+jwt"),
            Profile::Legacy => {
                header.typ.is_none() || header.is_typ("JWT") || header.is_typ("at+jwt")
            }
        };
        accepted.then_some(()).ok_or(Refused::WrongType)
    }

    fn judge(&self, claims: &Claims, now: i64) -> Result<(), Refused> {
        claims.require_issuer(&self.issuer)?;
        let audience = claims.audience()?;
        // RFC9068-4: `aud` must name this resource server
        if let Audience::Exactly(own) = &self.audience
            && !audience.contains(own)
        {
            return Err(Refused::WrongAudience);
        }
        let times = claims.times()?;
        times.require_unexpired(now, self.leeway_seconds)?;
        times.require_begun(now, self.leeway_seconds)?;
        times.require_short_life()?;
        if self.profile == Profile::Legacy {
            require_no_id_token(claims, &audience)?;
        }
        Ok(())
    }
}

fn require_no_id_token(claims: &Claims, audience: &[String]) -> Result<(), Refused> {
    let for_a_client = ["client_id", "azp", "cid", "appid"]
        .into_iter()
        .any(|name| {
            let client = claims.optional_text(name).ok().flatten();
            client.is_some_and(|client| audience.iter().any(|one| one == client))
        });
    let marked = ["nonce", "at_hash", "c_hash"]
        .into_iter()
        .any(|name| claims.has(name));
    // RFC8725-3.12: rules for different kinds of tokens exclude each other
    (!for_a_client && !marked)
        .then_some(())
        .ok_or(Refused::LooksLikeIdToken)
}

/// The payload, if the signature is one of these keys'.
pub(super) fn verified_by_one<'a>(
    compact: &'a Compact<'_>,
    keys: &[Arc<VerifyingKey>],
) -> Result<&'a [u8], Refused> {
    let mut refused = Refused::UnknownKey;
    for key in keys {
        match compact.verify(key) {
            Ok(payload) => return Ok(payload),
            Err(not_verified) => refused = not_verified.into(),
        }
    }
    Err(refused)
}

pub(super) fn accepted_algorithm(
    header: &Header,
    accepted: &[Algorithm],
) -> Result<Algorithm, Refused> {
    // RFC8725-3.1: only algorithms from a list of the verifier's own
    match header.alg {
        HeaderAlgorithm::Known(algorithm) if accepted.contains(&algorithm) => Ok(algorithm),
        _ => Err(Refused::AlgorithmNotAccepted),
    }
}

const DEFAULT_ALGORITHMS: [Algorithm; 4] = [
    Algorithm::RS256,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::EdDSA,
];
const MAX_LEEWAY_SECONDS: u64 = 60;
