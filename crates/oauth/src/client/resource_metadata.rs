//! API metadata (RFC 8707 §2): an operator's description of an API, before it is checked.

use airside_jose::Algorithm;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    profile::{ADMIN_API, RESERVED_SCOPES, Resource, ResourceSigning},
    request::scope::{Scope, is_oidc, is_scope_token},
    token::released_claim::ReleasedClaims,
};

/// An API as it is written at the admin API, in the names of `[[resource]]`.
///
/// One that is signed with HS256 can only be in the configuration: the store keeps no secrets.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceMetadata {
    /// The absolute URI that names the API.
    pub identifier: String,
    /// The scopes that belong to it; none by default.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// The algorithm that signs its access tokens; `RS256` by default.
    #[serde(default = "usual_algorithm")]
    pub signing_alg: String,
    /// The claims of an account in its access tokens; none by default.
    #[serde(default)]
    pub claims: Vec<String>,
}

/// An API of the store.
#[derive(Clone, Debug)]
pub struct StoredResource {
    /// The API.
    pub resource: Resource,
    /// Counts its changes.
    pub epoch: u32,
}

impl ResourceMetadata {
    /// Checks everything and makes the API; `issuer` names the server.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, in the order of the members.
    pub fn validate(self, issuer: &str) -> Result<Resource, Vec<ResourceMetadataError>> {
        let mut errors = Vec::new();
        let mut refuse = |member, value: &str, problem: String| {
            errors.push(ResourceMetadataError {
                member,
                value: shown(value),
                problem,
            });
        };
        if let Err(error) = check_identifier(&self.identifier, issuer) {
            refuse("identifier", &self.identifier, error.to_string());
        }
        let scopes = parse_scopes(&self.scopes, &mut refuse);
        let algorithm = stored_algorithm(&self.signing_alg);
        if algorithm.is_none() {
            refuse("signing_alg", &self.signing_alg, NO_ALGORITHM.to_owned());
        }
        let claims = distinct_claims(self.claims, &mut refuse);
        match (scopes, algorithm) {
            (Some(scopes), Some(algorithm)) if errors.is_empty() => Ok(Resource {
                identifier: self.identifier,
                scopes,
                signing: ResourceSigning::Asymmetric(algorithm),
                claims: ReleasedClaims::new(claims),
            }),
            _ => Err(errors),
        }
    }

    /// Makes the API of metadata that was checked when it was stored; none if it is not as it was.
    pub fn into_checked(self) -> Option<Resource> {
        Some(Resource {
            scopes: self.scopes.join(" ").parse().ok()?,
            signing: ResourceSigning::Asymmetric(stored_algorithm(&self.signing_alg)?),
            claims: ReleasedClaims::new(self.claims),
            identifier: self.identifier,
        })
    }
}

/// Takes the member, the value and the problem of an error.
type Refuse<'a> = dyn FnMut(&'static str, &str, String) + 'a;

fn parse_scopes(names: &[String], refuse: &mut Refuse<'_>) -> Option<Scope> {
    for name in names {
        if let Err(error) = check_scope(name) {
            refuse("scopes", name, error.to_string());
        }
    }
    let scopes: Option<Scope> = names.join(" ").parse().ok();
    if scopes.is_none() && names.iter().all(|name| check_scope(name).is_ok()) {
        let many = "is one of more than 100 names".to_owned();
        refuse("scopes", names.last().map_or("", String::as_str), many);
    }
    scopes
}

fn distinct_claims(names: Vec<String>, refuse: &mut Refuse<'_>) -> Vec<String> {
    let mut claims: Vec<String> = Vec::new();
    for name in names {
        match ReleasedClaims::check_name(&name) {
            Ok(()) if claims.contains(&name) => {}
            Ok(()) => claims.push(name),
            Err(error) => refuse("claims", &name, error.to_string()),
        }
    }
    claims
}

/// An API's metadata, to be shown, stored or edited; a secret is not part of it.
impl From<&Resource> for ResourceMetadata {
    fn from(resource: &Resource) -> Self {
        let algorithm = match resource.signing {
            ResourceSigning::Asymmetric(algorithm) => algorithm,
            ResourceSigning::Hs256(_) => Algorithm::HS256,
        };
        Self {
            identifier: resource.identifier.clone(),
            scopes: resource.scopes.iter().map(str::to_owned).collect(),
            signing_alg: algorithm.as_str().to_owned(),
            claims: resource.claims.names().map(str::to_owned).collect(),
        }
    }
}

/// One thing that is wrong with an API's metadata.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{member}: `{value}` {problem}")]
pub struct ResourceMetadataError {
    /// The member.
    pub member: &'static str,
    value: String,
    problem: String,
}

/// The reason why a text does not name an API; continues the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// It is relative, malformed or has a fragment.
    #[error("is not an absolute URI without a fragment")]
    Malformed,
    /// It is the issuer or something of its own.
    #[error("names the server itself")]
    Own,
}

/// The reason why a name is not a scope of an API; continues the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScopeNameError {
    /// OpenID Connect defines it.
    #[error("is a scope of OpenID Connect and belongs to no API")]
    OpenId,
    /// It begins like the scopes of the admin API.
    #[error("is a name for scopes of the server's own APIs")]
    Reserved,
    /// It is not a scope token (RFC 6749 §3.3).
    #[error("is not a scope name: visible ASCII without spaces, `\"` and `\\`")]
    Malformed,
}

/// Checks the identifier of an API of the issuer `issuer`.
///
/// # Errors
///
/// [`IdentifierError`].
pub fn check_identifier(text: &str, issuer: &str) -> Result<(), IdentifierError> {
    // RFC8707-2: an absolute URI without a fragment
    if Url::parse(text).map_or(true, |url| url.fragment().is_some()) {
        return Err(IdentifierError::Malformed);
    }
    let below = text.strip_prefix(issuer);
    let is_own = below.is_some_and(|rest| ["", ADMIN_API, "/revocations"].contains(&rest));
    match is_own {
        true => Err(IdentifierError::Own),
        false => Ok(()),
    }
}

/// Checks the name of a scope of an API.
///
/// # Errors
///
/// [`ScopeNameError`].
pub fn check_scope(name: &str) -> Result<(), ScopeNameError> {
    if is_oidc(name) {
        Err(ScopeNameError::OpenId)
    } else if name.starts_with(RESERVED_SCOPES) {
        Err(ScopeNameError::Reserved)
    } else if is_scope_token(name) {
        Ok(())
    } else {
        Err(ScopeNameError::Malformed)
    }
}

fn stored_algorithm(name: &str) -> Option<Algorithm> {
    STORED_ALGORITHMS
        .into_iter()
        .find(|algorithm| algorithm.as_str() == name)
}

fn usual_algorithm() -> String {
    Algorithm::RS256.as_str().to_owned()
}

/// Returns the part of a refused value that goes into a message.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(100).collect()
}

const STORED_ALGORITHMS: [Algorithm; 4] = [
    Algorithm::RS256,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::EdDSA,
];
const NO_ALGORITHM: &str = "is not RS256, PS256, ES256 or EdDSA; an API with HS256 and its secret can only be in the configuration file";

#[cfg(test)]
mod tests;
