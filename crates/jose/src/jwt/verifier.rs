//! The strict verifier of access tokens (RFC 9068 §4, RFC 8725).

use std::{sync::Arc, time::Duration};

use serde_json::Value;

use super::{
    SenderProof, TokenProfile, VerifiedToken, VerifyError,
    claims::Claims,
    provider::{Mark, OF_ID_TOKENS},
    verified::TokenFacts,
};
use crate::{
    Algorithm, KeySource, UnixSeconds, VerifyingKey,
    jws::{self, Compact, Header, HeaderAlgorithm},
};

/// Verifies access tokens of one issuer for one audience.
///
/// Its requirements are fixed before it reads a token. Every check is always made: none can be switched off.
///
/// # Example
///
/// ```
/// use airside_jose::{
///     Algorithm, JwkSet, KeySet, Signer, SigningKey, Typ, UnixSeconds, Verifier, VerifyError,
/// };
///
/// let key = SigningKey::generate(Algorithm::ES256)?;
/// let keys = KeySet::from_jwks(&JwkSet { keys: vec![key.public_jwk("1")] });
/// let claims = br#"{"iss":"https://id.example.com","aud":"https://api.example.com","sub":"alice",
///     "client_id":"spa","jti":"a1","iat":1800000000,"exp":1800000900,"scope":"accounts:read"}"#;
/// let token = Signer::new(key, "1").sign_compact(Typ::AccessToken, claims)?;
///
/// let verifier = Verifier::new("https://id.example.com", "https://api.example.com");
/// let now = UnixSeconds::new(1_800_000_100);
/// let verified = verifier.verify(&token, &keys, now)?;
/// assert_eq!(verified.subject(), "alice");
/// assert!(verified.has_scope("accounts:read"));
/// let late = verifier.verify(&token, &keys, now.saturating_add(900));
/// assert_eq!(late.err(), Some(VerifyError::Expired));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Verifier {
    issuer: String,
    audience: Audience,
    algorithms: Vec<Algorithm>,
    profile: TokenProfile,
    leeway_seconds: i64,
    longest_life_seconds: i64,
    max_bytes: usize,
    roles_claim: Option<String>,
    machine_claim: Option<String>,
}

#[derive(Clone, Debug)]
enum Audience {
    Exactly(String),
    Any,
}

impl Verifier {
    /// The seconds by which clocks may differ by default.
    pub const LEEWAY_SECONDS: i64 = 30;
    /// The most seconds that [`Self::leeway`] takes.
    pub const MAX_LEEWAY_SECONDS: i64 = 60;
    /// The most bytes of a token by default.
    pub const MAX_BYTES: usize = jws::MAX_BYTES;

    /// Expects tokens of `issuer` whose `aud` is or contains `audience`, both byte for byte.
    ///
    /// It accepts RS256, PS256, ES256 and EdDSA, the profile [`TokenProfile::Rfc9068`] and a leeway of
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
            profile: TokenProfile::default(),
            leeway_seconds: Self::LEEWAY_SECONDS,
            longest_life_seconds: MAX_LIFE_SECONDS,
            max_bytes: Self::MAX_BYTES,
            roles_claim: None,
            machine_claim: None,
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
    pub fn profile(mut self, profile: TokenProfile) -> Self {
        self.profile = profile;
        self
    }

    /// Lets clocks differ by this many whole seconds; more than 60 s count as 60 s.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        let seconds = i64::try_from(leeway.as_secs()).unwrap_or(i64::MAX);
        self.leeway_seconds = seconds.min(Self::MAX_LEEWAY_SECONDS);
        self
    }

    /// Accepts tokens with this lifetime at most, in whole seconds from `iat` to `exp`; 24 hours by default.
    #[must_use]
    pub fn longest_life(mut self, life: Duration) -> Self {
        self.longest_life_seconds = i64::try_from(life.as_secs()).unwrap_or(i64::MAX);
        self
    }

    /// Accepts tokens of at most this many bytes; 8 KiB by default.
    #[must_use]
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Takes the roles from another claim than the profile's: a JSON pointer (RFC 6901) to a list of
    /// texts, to one text, or to an object whose members have the names of roles.
    #[must_use]
    pub fn roles_claim(mut self, pointer: &str) -> Self {
        self.roles_claim = Some(pointer.to_owned());
        self
    }

    /// Treats a token as a machine's if it has this claim, and it is neither `false` nor `null`: a
    /// JSON pointer.
    #[must_use]
    pub fn machine_claim(mut self, pointer: &str) -> Self {
        self.machine_claim = Some(pointer.to_owned());
        self
    }

    /// Verifies a token that was sent without a proof. One that is bound to a key or a certificate is
    /// refused.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] names the first check that failed, in this order: size, form, header, algorithm,
    /// type, key, signature, claims, sender constraint.
    pub fn verify(
        &self,
        token: &str,
        keys: &dyn KeySource,
        now: UnixSeconds,
    ) -> Result<VerifiedToken, VerifyError> {
        self.verify_with_proof(token, SenderProof::Nothing, keys, now)
    }

    /// Verifies a token and the proof of its sender: a token that is bound to a key needs a proof by that
    /// key, one that is bound to a certificate needs that certificate.
    ///
    /// # Errors
    ///
    /// As [`Self::verify`].
    pub fn verify_with_proof(
        &self,
        token: &str,
        proof: SenderProof<'_>,
        keys: &dyn KeySource,
        now: UnixSeconds,
    ) -> Result<VerifiedToken, VerifyError> {
        let compact = Compact::parse_within(token, self.max_bytes)?;
        let algorithm = accepted_algorithm(compact.header(), &self.algorithms)?;
        self.require_type(compact.header())?;
        let keys = keys.find(compact.header().kid.as_deref(), algorithm);
        let (payload, kid) = verified_by_one(&compact, &keys)?;
        let mut claims = Claims::parse(payload)?;
        self.adopt(&mut claims, compact.header(), token)?;
        self.judge(&claims, now)?;
        let facts = TokenFacts {
            kid,
            algorithm,
            is_machine: self.is_machine(compact.header(), &claims),
            roles: self.roles(&claims),
        };
        let verified = VerifiedToken::new(claims, facts)?;
        verified.require(proof)?;
        Ok(verified)
    }

    /// Gives the claims of other profiles their names in RFC 9068, if the token is an access token.
    fn adopt(&self, claims: &mut Claims, header: &Header, token: &str) -> Result<(), VerifyError> {
        match self.profile {
            // a token whose `typ` is that of RFC 9068 must fit it
            TokenProfile::Legacy if !header.is_typ("at+jwt") => {
                claims.adopt_client(&["azp", "cid", "appid"]);
            }
            TokenProfile::Of(provider) if !provider.marks(header, claims) => {
                return Err(VerifyError::NotAnAccessToken);
            }
            TokenProfile::Of(provider) => {
                claims.adopt_client(provider.client);
                claims.adopt("aud", provider.audience);
                claims.adopt("sub", "client_id");
            }
            TokenProfile::Rfc9068 | TokenProfile::Legacy => return Ok(()),
        }
        claims.adopt_usual_forms(token)
    }

    fn is_machine(&self, header: &Header, claims: &Claims) -> bool {
        let by_profile = match self.profile {
            TokenProfile::Rfc9068 => false,
            TokenProfile::Legacy => MACHINES.iter().any(|sign| sign.is_in(header, claims)),
            TokenProfile::Of(provider) => provider.is_machine(header, claims),
        };
        let pointer = self.machine_claim.as_deref();
        let by_claim = pointer.and_then(|pointer| claims.at(pointer));
        by_profile
            || by_claim.is_some_and(|claim| !matches!(claim, Value::Null | Value::Bool(false)))
    }

    fn roles(&self, claims: &Claims) -> Vec<String> {
        match (self.roles_claim.as_deref(), self.profile) {
            (Some(pointer), _) => claims.names_at(pointer),
            (None, TokenProfile::Of(provider)) => claims.names_at(provider.roles),
            // RFC9068-2.2.3.1: a list; another value has no roles
            (None, _) => match claims.at("/roles") {
                Some(Value::Array(_)) => claims.names_at("/roles"),
                _ => Vec::new(),
            },
        }
    }

    fn require_type(&self, header: &Header) -> Result<(), VerifyError> {
        // RFC9068-4: the type is checked before anything else is believed
        let accepted = match self.profile {
            TokenProfile::Rfc9068 => header.is_typ("at+jwt"),
            TokenProfile::Legacy => {
                header.typ.is_none() || header.is_typ("JWT") || header.is_typ("at+jwt")
            }
            TokenProfile::Of(provider) => provider.takes_type(header),
        };
        accepted.then_some(()).ok_or(VerifyError::WrongType)
    }

    fn judge(&self, claims: &Claims, now: UnixSeconds) -> Result<(), VerifyError> {
        claims.require_issuer(&self.issuer)?;
        let audience = claims.audience()?;
        // RFC9068-4: `aud` must name this resource server
        if let Audience::Exactly(own) = &self.audience
            && !audience.contains(own)
        {
            return Err(VerifyError::WrongAudience);
        }
        let times = claims.times()?;
        times.require_unexpired(now, self.leeway_seconds)?;
        times.require_begun(now, self.leeway_seconds)?;
        times.require_short_life(self.longest_life_seconds)?;
        if self.profile == TokenProfile::Legacy {
            require_not_id_token(claims, &audience)?;
        }
        Ok(())
    }
}

fn require_not_id_token(claims: &Claims, audience: &[String]) -> Result<(), VerifyError> {
    let for_a_client = ["client_id", "azp", "cid", "appid"]
        .into_iter()
        .any(|name| {
            let client = claims.optional_text(name).ok().flatten();
            client.is_some_and(|client| audience.iter().any(|one| one == client))
        });
    let marked = OF_ID_TOKENS.into_iter().any(|name| claims.has(name));
    // RFC8725-3.12: rules for different kinds of tokens exclude each other
    (!for_a_client && !marked)
        .then_some(())
        .ok_or(VerifyError::LooksLikeIdToken)
}

/// Returns the payload and the name of the key, if one of these keys verifies the signature.
///
/// A token may leave its `kid` out: what is said of a key must be said of its tokens all the same.
pub(super) fn verified_by_one<'a>(
    compact: &'a Compact<'_>,
    keys: &'a [Arc<VerifyingKey>],
) -> Result<(&'a [u8], Option<&'a str>), VerifyError> {
    let mut error = VerifyError::UnknownKey;
    for key in keys {
        match compact.verify(key) {
            Ok(payload) => return Ok((payload, key.kid().or(compact.header().kid.as_deref()))),
            Err(not_verified) => error = not_verified.into(),
        }
    }
    Err(error)
}

pub(super) fn accepted_algorithm(
    header: &Header,
    accepted: &[Algorithm],
) -> Result<Algorithm, VerifyError> {
    // RFC8725-3.1: only algorithms from a list of the verifier's own
    match header.alg {
        HeaderAlgorithm::Known(algorithm) if accepted.contains(&algorithm) => Ok(algorithm),
        _ => Err(VerifyError::AlgorithmNotAccepted),
    }
}

const DEFAULT_ALGORITHMS: [Algorithm; 4] = [
    Algorithm::RS256,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::EdDSA,
];
const MAX_LIFE_SECONDS: i64 = 24 * 60 * 60;

/// The marks of machines in the tokens of many issuers.
const MACHINES: [Mark; 5] = [
    Mark::Is("gty", "client-credentials"),
    Mark::Is("idtyp", "app"),
    Mark::Ends("sub", "@clients"),
    Mark::Begins("preferred_username", "service-account-"),
    Mark::Has(&["clientAddress", "clientHost"]),
];
