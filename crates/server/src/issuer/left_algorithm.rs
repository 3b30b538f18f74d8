//! Clients and APIs of the store that are registered for an algorithm which the configuration lacks.

use std::fmt;

use airside_jose::Algorithm;
use airside_oauth::{
    client::{Client, GrantType},
    profile::{Resource, ResourceSigning},
};

/// A client or an API that gets no tokens, because nothing is signed with its algorithm. Shown as a
/// sentence, with the command that mends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftAlgorithm {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// The client or the API whose tokens or answers are signed with it.
    pub owner: AlgorithmOwner,
    /// Another algorithm, which the configuration has.
    other: Algorithm,
}

/// The client or the API that is registered for an algorithm.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AlgorithmOwner {
    /// The client of this name, for its ID tokens.
    Client(String),
    /// The client of this name, for what `/userinfo` answers.
    Userinfo(String),
    /// The API of this identifier.
    Resource(String),
}

impl fmt::Display for LeftAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (lacks, other) = (self.algorithm.as_str(), self.other.as_str());
        match &self.owner {
            AlgorithmOwner::Client(id) => write!(
                f,
                "`keys.algorithms` lacks {lacks}, which signs the ID tokens of the client `{id}`: it gets no tokens; change it with `airside client edit {id} --id-token-alg {other}`"
            ),
            AlgorithmOwner::Userinfo(id) => write!(
                f,
                "`keys.algorithms` lacks {lacks}, which signs what `/userinfo` answers to the client `{id}`: it gets no answer; change it with `airside client edit {id} --userinfo-alg {other}`"
            ),
            AlgorithmOwner::Resource(identifier) => write!(
                f,
                "`keys.algorithms` lacks {lacks}, which signs the access tokens of the API `{identifier}`: there are none; change it with `airside resource edit {identifier} --signing-alg {other}`"
            ),
        }
    }
}

/// Finds the `clients` and `resources` that are registered for an algorithm which is not `configured`.
///
/// A client without the authorization code grant gets no ID tokens, and a disabled one no tokens.
pub fn left_algorithms<'a>(
    configured: &[Algorithm],
    clients: impl Iterator<Item = &'a Client>,
    resources: impl Iterator<Item = &'a Resource>,
) -> Vec<LeftAlgorithm> {
    let clients = clients.filter(|client| {
        !client.disabled && client.grant_types.contains(&GrantType::AuthorizationCode)
    });
    let clients = clients.flat_map(|client| {
        let id = client.client_id.to_string();
        let userinfo = client.settings.userinfo_signed_response_alg;
        let userinfo = userinfo.map(|alg| (alg, AlgorithmOwner::Userinfo(id.clone())));
        let id_token = (
            client.id_token_signed_response_alg,
            AlgorithmOwner::Client(id),
        );
        [id_token].into_iter().chain(userinfo)
    });
    let resources = resources.filter_map(|resource| match resource.signing {
        ResourceSigning::Asymmetric(algorithm) => {
            let owner = AlgorithmOwner::Resource(resource.identifier.clone());
            Some((algorithm, owner))
        }
        ResourceSigning::Hs256(_) => None,
    });
    // RS256 signs the issuer's own tokens, so that it is always there
    let other = Algorithm::RS256;
    let all = clients.chain(resources);
    all.filter(|(algorithm, _)| !configured.contains(algorithm))
        .map(|(algorithm, owner)| LeftAlgorithm {
            algorithm,
            owner,
            other,
        })
        .collect()
}
