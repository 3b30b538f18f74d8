//! The metadata document (RFC 8414 §2, OIDC Discovery §3): what this issuer does, and nothing else.

use airside_jose::Algorithm;
use serde::Serialize;

use crate::{
    authorize::{ResponseMode, checks::PROMPT_VALUES},
    client::{AuthMethod, GrantType, client_auth::ASSERTION_ALGORITHMS},
    profile::IssuerProfile,
    state::session::ACR_VALUES,
};

/// The metadata of one issuer: the same document for OAuth and OpenID Connect clients.
///
/// Members whose default would be untrue are always written.
#[derive(Clone, Debug, Serialize)]
pub struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: String,
    revocation_endpoint: String,
    introspection_endpoint: String,
    end_session_endpoint: String,
    backchannel_logout_supported: bool,
    backchannel_logout_session_supported: bool,
    scopes_supported: Vec<String>,
    response_types_supported: [&'static str; 1],
    response_modes_supported: Vec<&'static str>,
    grant_types_supported: Vec<&'static str>,
    subject_types_supported: [&'static str; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    id_token_signing_alg_values_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    userinfo_signing_alg_values_supported: Vec<&'static str>,
    token_endpoint_auth_methods_supported: Vec<&'static str>,
    token_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    revocation_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    introspection_endpoint_auth_methods_supported: Vec<&'static str>,
    introspection_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    code_challenge_methods_supported: [&'static str; 1],
    acr_values_supported: [&'static str; 1],
    claims_supported: Vec<String>,
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    authorization_response_iss_parameter_supported: bool,
    prompt_values_supported: [&'static str; 4],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    protected_resources: Vec<String>,
}

impl Metadata {
    /// Describes the issuer `profile`, whose keys sign with `algorithms`.
    pub fn new(profile: &IssuerProfile, algorithms: &[Algorithm]) -> Self {
        let methods = names(AuthMethod::ALL, AuthMethod::as_str);
        let signing = names(ASSERTION_ALGORITHMS, Algorithm::as_str);
        Self {
            issuer: profile.issuer.clone(),
            authorization_endpoint: profile.endpoint("/authorize"),
            token_endpoint: profile.endpoint("/token"),
            jwks_uri: profile.endpoint("/jwks"),
            userinfo_endpoint: profile.endpoint("/userinfo"),
            revocation_endpoint: profile.endpoint("/revoke"),
            introspection_endpoint: profile.endpoint("/introspect"),
            end_session_endpoint: profile.endpoint("/sign-out"),
            // OIDC-BackChannel-2.1
            backchannel_logout_supported: true,
            backchannel_logout_session_supported: true,
            scopes_supported: scopes(profile),
            response_types_supported: ["code"],
            response_modes_supported: names(ResponseMode::ALL, ResponseMode::as_str),
            grant_types_supported: names(GrantType::ALL, GrantType::as_str),
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: asymmetric(algorithms),
            userinfo_signing_alg_values_supported: asymmetric(algorithms),
            // RFC7662-2.1: a caller that cannot authenticate may not introspect
            introspection_endpoint_auth_methods_supported: without_none(&methods),
            introspection_endpoint_auth_signing_alg_values_supported: signing.clone(),
            revocation_endpoint_auth_methods_supported: methods.clone(),
            revocation_endpoint_auth_signing_alg_values_supported: signing.clone(),
            token_endpoint_auth_methods_supported: methods,
            token_endpoint_auth_signing_alg_values_supported: signing,
            code_challenge_methods_supported: ["S256"],
            acr_values_supported: ACR_VALUES,
            claims_supported: claims(profile),
            claims_parameter_supported: true,
            request_parameter_supported: false,
            // OIDC-Discovery-3: the default would be true
            request_uri_parameter_supported: false,
            authorization_response_iss_parameter_supported: true,
            prompt_values_supported: PROMPT_VALUES,
            // RFC9728-4
            protected_resources: profile
                .resources
                .iter()
                .map(|api| api.identifier.clone())
                .collect(),
        }
    }
}

fn names<T: Copy>(
    all: impl IntoIterator<Item = T>,
    name: fn(T) -> &'static str,
) -> Vec<&'static str> {
    all.into_iter().map(name).collect()
}

fn without_none(methods: &[&'static str]) -> Vec<&'static str> {
    methods
        .iter()
        .copied()
        .filter(|method| *method != AuthMethod::None.as_str())
        .collect()
}

/// A symmetric algorithm never signs for a client: only a digest of its secret is kept.
fn asymmetric(algorithms: &[Algorithm]) -> Vec<&'static str> {
    let asymmetric = algorithms
        .iter()
        .filter(|algorithm| **algorithm != Algorithm::HS256);
    asymmetric.map(|algorithm| algorithm.as_str()).collect()
}

fn scopes(profile: &IssuerProfile) -> Vec<String> {
    let mut names: Vec<&str> = profile.scopes.names().collect();
    let admin_api = profile.admin_api();
    // a request for everything does not ask for administration
    let apis = profile.resources.iter();
    let apis = apis.filter(|api| api.identifier != admin_api);
    for name in apis.flat_map(|api| api.scopes.iter()) {
        // two APIs may have a scope of the same name
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.into_iter().map(str::to_owned).collect()
}

/// The claims of ID tokens (OIDC Core §2), then those that the identity scopes release.
fn claims(profile: &IssuerProfile) -> Vec<String> {
    let mut names: Vec<&str> = ID_TOKEN_CLAIMS.to_vec();
    let scopes = profile.scopes.names();
    for name in scopes.flat_map(|scope| profile.scopes.claims(scope)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.into_iter().map(str::to_owned).collect()
}

const ID_TOKEN_CLAIMS: [&str; 11] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "acr",
    "amr",
    "sid",
    "nonce",
    "at_hash",
];

#[cfg(test)]
mod tests;
