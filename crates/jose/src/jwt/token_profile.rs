//! The forms of access tokens that a verifier accepts.

use super::{Provider, provider::PROVIDERS};

/// The form of access tokens that are accepted.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub enum TokenProfile {
    /// `typ` is `at+jwt` or `application/at+jwt` (RFC 9068 §4).
    #[default]
    Rfc9068,
    /// Also `JWT` or no `typ`, for issuers that do not know RFC 9068: tokens that look like ID tokens
    /// are refused. `azp`, `cid` or `appid` may replace `client_id`, `scp` may replace `scope`, times may
    /// have fractions, and a token without `jti` is named by the digest of what is signed. A token
    /// whose `typ` is `at+jwt` must fit RFC 9068.
    Legacy,
    /// The access tokens of an identity provider, with a mark that its ID tokens lack. `scope` may be a
    /// list, `aud` may be a client id, and a token without `sub` is its client's.
    Of(&'static Provider),
}

impl TokenProfile {
    /// Returns the profile with this name; `rfc9068`, `legacy`, or one of an identity provider.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "rfc9068" => Some(Self::Rfc9068),
            "legacy" => Some(Self::Legacy),
            name => {
                let mut providers = PROVIDERS.iter();
                providers.find(|one| one.name == name).map(Self::Of)
            }
        }
    }

    /// The names of all profiles.
    pub const NAMES: [&str; 10] = [
        "rfc9068", "legacy", "auth0", "cognito", "duende", "entra", "hydra", "keycloak", "okta",
        "zitadel",
    ];
}

impl PartialEq for TokenProfile {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Rfc9068, Self::Rfc9068) | (Self::Legacy, Self::Legacy) => true,
            (Self::Of(one), Self::Of(other)) => one.name == other.name,
            _ => false,
        }
    }
}

impl Eq for TokenProfile {}
